CREATE TABLE saved_filters (
  filter_id integer PRIMARY KEY,
  customer_id integer NOT NULL,
  terms varchar(200) NOT NULL
);
-- One customer in seven has filters from before the shop had colours.
INSERT INTO saved_filters
SELECT n, n % 400, CASE WHEN n % 7 = 0 THEN n || '-' || n + 50 ELSE '[' || n || ',' || n + 50 || ')' END
FROM generate_series(1, 1400) AS n;
