SET LOCAL lock_timeout = '1s';
ALTER TABLE alerts ADD COLUMN seen_at timestamptz;
DELETE FROM alerts WHERE id > 10;
