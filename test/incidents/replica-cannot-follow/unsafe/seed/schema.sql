CREATE TABLE user_sessions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id bigint NOT NULL,
  active boolean NOT NULL DEFAULT true,
  seen_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO user_sessions (user_id) SELECT n % 900 FROM generate_series(1, 6000) AS n;

CREATE TABLE schema_migrations (version text PRIMARY KEY);
INSERT INTO schema_migrations VALUES ('25_sessions');
