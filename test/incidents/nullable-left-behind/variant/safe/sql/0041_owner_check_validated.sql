SET LOCAL lock_timeout = '10s';
ALTER TABLE monitors VALIDATE CONSTRAINT monitors_owner_present;
