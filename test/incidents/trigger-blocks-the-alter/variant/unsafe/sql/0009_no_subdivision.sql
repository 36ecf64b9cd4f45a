SET LOCAL lock_timeout = '300ms';
ALTER TABLE visits DROP COLUMN subdivision;
