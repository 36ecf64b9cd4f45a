ALTER TABLE events ADD COLUMN source varchar(32);
