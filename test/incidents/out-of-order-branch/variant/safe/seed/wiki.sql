CREATE TABLE pages (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  title text NOT NULL,
  title_key text GENERATED ALWAYS AS (lower(title)) STORED
);
INSERT INTO pages (title) SELECT 'Page ' || n FROM generate_series(1, 2000) AS n;

CREATE TABLE schema_migrations (version varchar(255) PRIMARY KEY);
INSERT INTO schema_migrations VALUES ('20250101_pages'), ('20250303_title_key');
