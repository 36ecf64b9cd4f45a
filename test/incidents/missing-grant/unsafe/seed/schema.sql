-- The migrations run as the owner; the application takes on this role as soon as it is connected.
CREATE ROLE web NOLOGIN;
GRANT web TO app;

CREATE TABLE workers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  tag text NOT NULL DEFAULT 'default'
);
INSERT INTO workers (name) SELECT 'worker ' || n FROM generate_series(1, 1500) AS n;

CREATE TABLE schema_migrations (version text PRIMARY KEY);
INSERT INTO schema_migrations VALUES ('0171_workers.sql');

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO web;
