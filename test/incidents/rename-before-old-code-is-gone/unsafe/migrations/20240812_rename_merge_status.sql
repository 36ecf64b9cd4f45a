SET LOCAL lock_timeout = '900ms';
ALTER TABLE merge_requests RENAME COLUMN merge_status TO detailed_merge_status;
