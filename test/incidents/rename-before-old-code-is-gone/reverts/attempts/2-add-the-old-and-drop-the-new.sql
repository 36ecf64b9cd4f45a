SET LOCAL lock_timeout = '500ms';
ALTER TABLE merge_requests ADD COLUMN IF NOT EXISTS merge_status text NOT NULL DEFAULT 'unchecked';
ALTER TABLE merge_requests DROP COLUMN detailed_merge_status;
