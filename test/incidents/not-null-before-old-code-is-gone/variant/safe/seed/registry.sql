CREATE TABLE devices (
  serial_no varchar(24) PRIMARY KEY,
  model varchar(40) NOT NULL,
  last_seen timestamptz
);
INSERT INTO devices SELECT 'SN-' || n, 'model ' || n % 9, now() FROM generate_series(1, 1500) AS n;

CREATE TABLE applied (version text PRIMARY KEY);
INSERT INTO applied VALUES ('0050_devices.sql');
