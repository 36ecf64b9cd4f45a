CREATE TABLE visits (
  visit_id uuid PRIMARY KEY,
  site integer NOT NULL,
  country char(2),
  subdivision varchar(20),
  at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO visits (visit_id, site, country, subdivision)
SELECT md5(n::text)::uuid, n % 12, 'DE', 'DE-' || n % 16 FROM generate_series(1, 2000) AS n;

-- Somebody's report.
CREATE VIEW visits_by_region AS
SELECT site, country, subdivision, count(*) AS visits FROM visits GROUP BY site, country, subdivision;

CREATE TABLE applied_files (version text PRIMARY KEY);
INSERT INTO applied_files VALUES ('0008_visits.sql');
