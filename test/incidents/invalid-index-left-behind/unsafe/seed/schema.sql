CREATE TABLE posts (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  thread_id bigint NOT NULL,
  body text NOT NULL,
  edited_at timestamptz
);
INSERT INTO posts (thread_id, body) SELECT n % 700, 'message ' || n FROM generate_series(1, 20000) AS n;

CREATE TABLE db_migrations (version text PRIMARY KEY);
INSERT INTO db_migrations VALUES ('000111_threads');
