CREATE TABLE hourly_usage (
  hour_no integer PRIMARY KEY,
  labels jsonb NOT NULL,
  tokens integer NOT NULL DEFAULT 0
) WITH (fillfactor = 45);
INSERT INTO hourly_usage
SELECT n, (SELECT jsonb_object_agg('model ' || key, md5((n * key)::text)) FROM generate_series(1, 24) AS key), n * 100
FROM generate_series(1, 9000) AS n;
CREATE INDEX hourly_usage_labels ON hourly_usage USING gin (labels);

CREATE TABLE pgmigrations (
  id serial PRIMARY KEY,
  name varchar(255) NOT NULL,
  run_on timestamp NOT NULL
);
INSERT INTO pgmigrations (name, run_on) VALUES ('1700000000000_usage', '2023-11-14 22:13:20');
