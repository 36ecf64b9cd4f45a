SET lock_timeout = '600ms';
CREATE INDEX CONCURRENTLY trips_by_van ON fleet.trips (van);
