SET LOCAL lock_timeout = '500ms';
ALTER TABLE merge_requests RENAME COLUMN merge_status TO detailed_merge_status;
