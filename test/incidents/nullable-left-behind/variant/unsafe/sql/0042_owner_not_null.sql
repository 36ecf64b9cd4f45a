DO $$
BEGIN
  ALTER TABLE monitors ALTER COLUMN owner_id SET NOT NULL;
EXCEPTION WHEN lock_not_available THEN
  NULL; -- Large installations add the constraint when it suits them.
END
$$;
