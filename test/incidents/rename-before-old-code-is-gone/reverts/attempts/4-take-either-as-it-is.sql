SET LOCAL lock_timeout = '500ms';
DROP TRIGGER IF EXISTS merge_requests_rename ON merge_requests;
DROP FUNCTION IF EXISTS merge_requests_rename();
ALTER TABLE merge_requests ADD COLUMN IF NOT EXISTS merge_status text NOT NULL DEFAULT 'unchecked';
UPDATE merge_requests SET merge_status = detailed_merge_status;
ALTER TABLE merge_requests DROP COLUMN detailed_merge_status;
INSERT INTO schema_migrations VALUES ('20240813_clean_up_merge_status.sql') ON CONFLICT DO NOTHING;
