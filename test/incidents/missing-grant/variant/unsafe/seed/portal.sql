CREATE ROLE portal NOLOGIN;
GRANT portal TO app;

CREATE TABLE customers (
  customer_no integer PRIMARY KEY,
  email varchar(100) NOT NULL,
  blocked boolean NOT NULL DEFAULT false
);
INSERT INTO customers SELECT n, 'person' || n || '@example.org' FROM generate_series(1, 1000) AS n;
GRANT SELECT, UPDATE ON customers TO portal;

CREATE TABLE pgmigrations (
  id serial PRIMARY KEY,
  name varchar(255) NOT NULL,
  run_on timestamp NOT NULL
);
INSERT INTO pgmigrations (name, run_on) VALUES ('1700000000000_customers', '2023-11-14 22:13:20');
