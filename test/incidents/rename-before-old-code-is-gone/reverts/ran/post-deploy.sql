INSERT INTO schema_migrations VALUES ('20240813_clean_up_merge_status.sql');
