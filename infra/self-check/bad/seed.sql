CREATE TABLE alerts (id integer PRIMARY KEY, title text NOT NULL, state text NOT NULL);
INSERT INTO alerts SELECT n, 'alert ' || n, 'open' FROM generate_series(1, 20) AS n;
