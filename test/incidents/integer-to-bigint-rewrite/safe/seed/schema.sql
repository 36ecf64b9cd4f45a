-- Messages are changed often, so the pages have room for it.
CREATE TABLE messages (
  id serial PRIMARY KEY,
  room integer NOT NULL,
  body text NOT NULL,
  edited_at timestamptz
) WITH (fillfactor = 45);
INSERT INTO messages (room, body)
SELECT n % 50, (SELECT string_agg('word' || (n * word) % 997, ' ') FROM generate_series(1, 60) AS word)
FROM generate_series(1, 8000) AS n;
CREATE INDEX messages_search ON messages USING gin (to_tsvector('english', body));

CREATE TABLE schema_migrations (version text PRIMARY KEY);
INSERT INTO schema_migrations VALUES ('0040_messages.sql');
