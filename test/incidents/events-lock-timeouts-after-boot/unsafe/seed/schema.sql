CREATE TABLE events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL,
  payload text NOT NULL DEFAULT '{}',
  undone_jobs integer NOT NULL DEFAULT 0,
  mails_sent boolean NOT NULL DEFAULT false
);
INSERT INTO events (kind) SELECT 'build ' || n FROM generate_series(1, 1200) AS n;

CREATE TABLE schema_migrations (version text PRIMARY KEY);
INSERT INTO schema_migrations VALUES ('20170301_events.sql');
