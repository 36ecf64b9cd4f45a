CREATE TABLE merge_requests (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  title text NOT NULL,
  merge_status text DEFAULT 'unchecked',
  updated_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO merge_requests (title, merge_status)
SELECT 'Draft: change ' || n, 'can_be_merged' FROM generate_series(1, 2000) AS n;

CREATE TABLE schema_migrations (version text PRIMARY KEY);
INSERT INTO schema_migrations VALUES ('20240901_merge_requests');
