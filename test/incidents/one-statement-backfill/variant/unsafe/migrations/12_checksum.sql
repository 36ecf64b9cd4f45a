SET LOCAL lock_timeout = '5s';
ALTER TABLE readings ADD COLUMN checksum text;
DO $$
BEGIN
  UPDATE readings SET checksum = md5(repeat(payload || raw, 800));
END
$$;
