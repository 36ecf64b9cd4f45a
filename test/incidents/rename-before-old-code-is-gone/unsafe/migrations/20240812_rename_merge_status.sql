SET LOCAL lock_timeout = '500ms';
ALTER TABLE merge_requests ADD COLUMN detailed_merge_status text NOT NULL DEFAULT 'unchecked';
UPDATE merge_requests SET detailed_merge_status = merge_status;

CREATE FUNCTION merge_requests_rename() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.detailed_merge_status = 'unchecked' THEN NEW.detailed_merge_status := NEW.merge_status; END IF;
    NEW.merge_status := NEW.detailed_merge_status;
  ELSIF NEW.detailed_merge_status IS DISTINCT FROM OLD.detailed_merge_status THEN
    NEW.merge_status := NEW.detailed_merge_status;
  ELSE
    NEW.detailed_merge_status := NEW.merge_status;
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER merge_requests_rename BEFORE INSERT OR UPDATE OF merge_status, detailed_merge_status ON merge_requests
FOR EACH ROW EXECUTE FUNCTION merge_requests_rename();
