/** Both columns say the same, whoever writes which. The trigger watches both by name. */
export const sync = `
  CREATE OR REPLACE FUNCTION sync_merge_status() RETURNS trigger LANGUAGE plpgsql AS $body$
  BEGIN
    IF TG_OP = 'INSERT' THEN
      NEW.detailed_merge_status := coalesce(NEW.detailed_merge_status, NEW.merge_status);
      NEW.merge_status := NEW.detailed_merge_status;
    ELSIF NEW.detailed_merge_status IS DISTINCT FROM OLD.detailed_merge_status THEN
      NEW.merge_status := NEW.detailed_merge_status;
    ELSE
      NEW.detailed_merge_status := NEW.merge_status;
    END IF;
    RETURN NEW;
  END
  $body$;
  CREATE TRIGGER sync_merge_status
  BEFORE INSERT OR UPDATE OF merge_status, detailed_merge_status ON merge_requests
  FOR EACH ROW EXECUTE FUNCTION sync_merge_status()`;
