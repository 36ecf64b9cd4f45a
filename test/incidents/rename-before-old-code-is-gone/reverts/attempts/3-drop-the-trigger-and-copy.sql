SET LOCAL lock_timeout = '500ms';
DROP TRIGGER merge_requests_rename ON merge_requests;
DROP FUNCTION merge_requests_rename();
ALTER TABLE merge_requests ADD COLUMN IF NOT EXISTS merge_status text NOT NULL DEFAULT 'unchecked';
UPDATE merge_requests SET merge_status = detailed_merge_status;
ALTER TABLE merge_requests DROP COLUMN detailed_merge_status;
