SET LOCAL lock_timeout = '500ms';
DROP TRIGGER IF EXISTS merge_requests_rename ON merge_requests;
DROP FUNCTION IF EXISTS merge_requests_rename();
ALTER TABLE merge_requests DROP COLUMN merge_status;
