CREATE TABLE alerts (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  title text NOT NULL,
  status text NOT NULL DEFAULT 'open',
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX alerts_by_status ON alerts (status, id);

CREATE TABLE alert_log (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  alert_id bigint NOT NULL,
  change jsonb,
  at timestamptz NOT NULL DEFAULT now()
);

CREATE FUNCTION log_alert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO alert_log (alert_id) VALUES (NEW.id);
  RETURN NULL;
END
$$;
CREATE TRIGGER alerts_log AFTER UPDATE ON alerts FOR EACH ROW EXECUTE FUNCTION log_alert();

INSERT INTO alerts (title, status)
SELECT 'disk almost full on host ' || n, CASE WHEN n % 3 = 0 THEN 'resolved' ELSE 'open' END
FROM generate_series(1, 4000) AS n;

CREATE TABLE schema_migrations (version character varying PRIMARY KEY);
INSERT INTO schema_migrations VALUES ('20230901090000'), ('20230914120000');
