SET LOCAL lock_timeout = '500ms';
ALTER TABLE merge_requests RENAME COLUMN detailed_merge_status TO merge_status;
