CREATE TABLE citizens (
  no integer PRIMARY KEY,
  family_name character varying(30) NOT NULL,
  seen integer NOT NULL DEFAULT 0
);
INSERT INTO citizens (no, family_name) SELECT n, 'family-' || n FROM generate_series(1, 900) AS n;
CREATE TABLE applied (change text PRIMARY KEY);
