CREATE TABLE events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL,
  payload jsonb NOT NULL DEFAULT '{}',
  seen boolean NOT NULL DEFAULT false
);
INSERT INTO events (kind) SELECT CASE n % 3 WHEN 0 THEN 'click' ELSE 'view' END FROM generate_series(1, 4000) AS n;

CREATE TABLE schema_migrations (version text PRIMARY KEY);
INSERT INTO schema_migrations VALUES ('007_events.sql');
