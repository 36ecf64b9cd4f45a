CREATE TABLE worker_groups (
  name text PRIMARY KEY,
  config jsonb NOT NULL DEFAULT '{}'
);
INSERT INTO worker_groups (name) VALUES ('default'), ('gpu');
GRANT SELECT, INSERT, UPDATE, DELETE ON worker_groups TO web;
