INSERT INTO schema_migrations VALUES ('20240812_rename_merge_status.sql');
