-- Rows of the time before teams belong to the first one.
SET LOCAL lock_timeout = '10s';
UPDATE monitors SET owner_id = 1 WHERE owner_id IS NULL;
