SET LOCAL lock_timeout = '500ms';
ALTER TABLE parcels ALTER COLUMN recipient TYPE varchar(75);
