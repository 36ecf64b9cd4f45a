-- Waits for traffic of ours only so long; whoever starts the service simply starts it again.
SET LOCAL lock_timeout = '5s';

-- What the gate needs of a report, kept when everything else of a rehearsal is old enough to go.
ALTER TABLE rehearsals ADD COLUMN gate_facts json, ADD COLUMN evidence_removed_at timestamptz;
CREATE INDEX rehearsals_by_verdict ON rehearsals (service, verdict, created_at DESC, id DESC);

-- A waiver may hold for one environment or one digest only.
ALTER TABLE waivers ADD COLUMN environment text, ADD COLUMN bundle_digest text;
CREATE INDEX waivers_by_service ON waivers (service);
CREATE INDEX overrides_by_service ON overrides (service);

-- A token may be of one service, may end, and tells when it was used last.
ALTER TABLE tokens
  ADD COLUMN service text,
  ADD COLUMN expires_at timestamptz,
  ADD COLUMN last_used_at timestamptz,
  ADD COLUMN revoked_at timestamptz;

-- Who decided what. Nothing here is ever changed or removed.
CREATE TABLE audit (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at         timestamptz NOT NULL DEFAULT now(),
  actor      text NOT NULL,
  action     text NOT NULL,
  service    text,
  subject    text NOT NULL,
  request_id text,
  detail     json NOT NULL
);
CREATE INDEX audit_by_subject ON audit (action, subject, id DESC);
CREATE INDEX audit_by_service ON audit (service, id DESC);

-- What production's schema is like, as whoever deploys there says; the newest one counts.
CREATE TABLE production_schemas (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  service     text NOT NULL,
  environment text NOT NULL,
  fingerprint text NOT NULL CHECK (fingerprint ~ '^sha256:[0-9a-f]{64}$'),
  posted_by   text NOT NULL,
  at          timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX production_schemas_newest ON production_schemas (service, environment, id DESC);
