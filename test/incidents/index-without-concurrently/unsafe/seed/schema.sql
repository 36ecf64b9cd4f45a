CREATE TABLE articles (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  title text NOT NULL,
  body text NOT NULL,
  saved_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO articles (title, body)
SELECT 'article ' || n, (SELECT string_agg('word' || (n * word) % 997, ' ') FROM generate_series(1, 60) AS word)
FROM generate_series(1, 10000) AS n;

CREATE TABLE schema_migrations (version text PRIMARY KEY);
INSERT INTO schema_migrations VALUES ('0009_articles.sql');
