CREATE TABLE orders (id serial PRIMARY KEY, customer_id int NOT NULL, state text NOT NULL DEFAULT 'open');
INSERT INTO orders (customer_id) SELECT n % 200 FROM generate_series(1, 3000) AS n;
CREATE TABLE schema_versions (version text PRIMARY KEY);
INSERT INTO schema_versions VALUES ('030');
