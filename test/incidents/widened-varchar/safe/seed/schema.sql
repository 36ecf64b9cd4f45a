CREATE TABLE parcels (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  recipient varchar(50) NOT NULL,
  weighed_at timestamptz
);
INSERT INTO parcels (recipient) SELECT 'recipient ' || n FROM generate_series(1, 2000) AS n;
