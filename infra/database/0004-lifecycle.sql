SET LOCAL lock_timeout = '5s';

-- Who performed and judged it: evidence is worth as much as those who gave it. Absent: judged before anybody kept that.
ALTER TABLE rehearsals ADD COLUMN performed_by text[];

-- What a worker may be given, as it says itself.
ALTER TABLE workers ADD COLUMN capacity json;

-- A known-bad and a known-good bundle on each worker, again and again.
CREATE TABLE self_checks (
  worker  text NOT NULL,
  machine text NOT NULL,
  at      timestamptz NOT NULL DEFAULT now(),
  ok      boolean NOT NULL,
  says    text NOT NULL,
  took_ms bigint NOT NULL,
  PRIMARY KEY (worker, at)
);

-- The status machine of shared/domain/rehearsal.ts, held where nobody gets round it.
CREATE FUNCTION keep_lifecycle() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  IF OLD.status <> NEW.status AND OLD.status || ' ' || NEW.status NOT IN (
    'queued running', 'queued cancelled', 'queued failed',
    'running judged', 'running cancelled', 'running failed', 'running queued',
    'failed queued'
  ) THEN
    RAISE EXCEPTION 'a rehearsal that is % cannot become %', OLD.status, NEW.status USING ERRCODE = 'check_violation';
  END IF;
  IF (OLD.service, OLD.version, OLD.environment, OLD.bundle_digest, OLD.snapshot, OLD.rules_digest, OLD.seed, OLD.attempt)
    IS DISTINCT FROM
    (NEW.service, NEW.version, NEW.environment, NEW.bundle_digest, NEW.snapshot, NEW.rules_digest, NEW.seed, NEW.attempt)
  THEN
    RAISE EXCEPTION 'what a rehearsal was asked is never changed' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.status = 'judged' AND (
    (OLD.verdict, OLD.sentence, OLD.finished_at) IS DISTINCT FROM (NEW.verdict, NEW.sentence, NEW.finished_at)
    OR (OLD.report IS NOT NULL AND OLD.report::text IS DISTINCT FROM NEW.report::text)
    OR (OLD.gate_facts IS NOT NULL AND OLD.gate_facts::text IS DISTINCT FROM NEW.gate_facts::text)
  ) THEN
    RAISE EXCEPTION 'what was judged is never changed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END
$body$;
CREATE TRIGGER rehearsals_lifecycle
  BEFORE UPDATE OF status, service, version, environment, bundle_digest, snapshot, rules_digest, seed, attempt, verdict,
    sentence, finished_at, report, gate_facts ON rehearsals
  FOR EACH ROW EXECUTE FUNCTION keep_lifecycle();

-- What people decided, and what was judged, is kept as it is.
CREATE FUNCTION keep_for_ever() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  RAISE EXCEPTION 'rows of % are kept as they are', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END
$body$;
CREATE TRIGGER audit_kept BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION keep_for_ever();
CREATE TRIGGER waivers_kept BEFORE UPDATE OR DELETE ON waivers FOR EACH ROW EXECUTE FUNCTION keep_for_ever();
CREATE TRIGGER overrides_kept BEFORE UPDATE OR DELETE ON overrides FOR EACH ROW EXECUTE FUNCTION keep_for_ever();
CREATE TRIGGER judged_kept BEFORE DELETE ON rehearsals
  FOR EACH ROW WHEN (OLD.status = 'judged') EXECUTE FUNCTION keep_for_ever();
