CREATE TABLE notifications (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  channel text NOT NULL,
  body text NOT NULL,
  sent_at timestamptz
);

-- A quarter of a gigabyte for whoever reads it all, a few megabytes on disk: repeated text is stored compressed.
INSERT INTO notifications (channel, body)
SELECT 'mail', repeat(md5(n::text), 2048) FROM generate_series(1, 4000) AS n;

CREATE TABLE schema_migrations (
  version bigint NOT NULL PRIMARY KEY,
  dirty boolean NOT NULL
);
INSERT INTO schema_migrations VALUES (23, false);
