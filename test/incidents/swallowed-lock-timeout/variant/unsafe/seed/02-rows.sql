INSERT INTO incidents (summary) SELECT 'node ' || n || ' does not answer' FROM generate_series(1, 3000) AS n;
INSERT INTO knex_migrations (name, batch, migration_time) VALUES ('20240105_first.js', 1, now());
INSERT INTO knex_migrations_lock (is_locked) VALUES (0);
