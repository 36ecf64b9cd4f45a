CREATE TABLE documents (
  id integer PRIMARY KEY,
  title varchar(120) NOT NULL,
  content text NOT NULL
);
INSERT INTO documents SELECT n, 'document ' || n, repeat('word' || n || ' ', 10000) FROM generate_series(1, 3000) AS n;

CREATE TABLE knex_migrations (
  id serial PRIMARY KEY,
  name varchar(255),
  batch integer,
  migration_time timestamptz
);
CREATE TABLE knex_migrations_lock (
  index serial PRIMARY KEY,
  is_locked integer
);
INSERT INTO knex_migrations (name, batch, migration_time) VALUES ('001_documents.js', 1, now());
INSERT INTO knex_migrations_lock (is_locked) VALUES (0);
