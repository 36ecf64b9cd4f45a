CREATE SCHEMA fleet;
CREATE TABLE fleet.trips (trip_no serial PRIMARY KEY, van int NOT NULL, ended_at timestamptz);
INSERT INTO fleet.trips (van) SELECT n % 40 FROM generate_series(1, 2000) AS n;
CREATE TABLE fleet.applied (version text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now());
INSERT INTO fleet.applied VALUES ('057_vans.sql');
