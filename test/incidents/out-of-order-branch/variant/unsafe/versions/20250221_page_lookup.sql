SET LOCAL lock_timeout = '300ms';
CREATE TABLE page_names (page bigint NOT NULL, name text NOT NULL);
INSERT INTO page_names SELECT id, slug FROM pages;
