CREATE TABLE chart_views (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  chart text NOT NULL,
  context text NOT NULL
);
INSERT INTO chart_views (chart, context)
SELECT 'chart ' || n % 40, repeat(md5(n::text) || ' ', 120) FROM generate_series(1, 6000) AS n;

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
INSERT INTO knex_migrations (name, batch, migration_time) VALUES ('001_chart_views.js', 1, now());
INSERT INTO knex_migrations_lock (is_locked) VALUES (0);
