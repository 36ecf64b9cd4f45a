SET LOCAL lock_timeout = '300ms';
ALTER TABLE parcels ADD COLUMN carrier_name varchar(20);

CREATE FUNCTION parcels_carrier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.carrier_name := coalesce(NEW.carrier_name, NEW.carrier);
    NEW.carrier := NEW.carrier_name;
  ELSIF NEW.carrier_name IS DISTINCT FROM OLD.carrier_name THEN
    NEW.carrier := NEW.carrier_name;
  ELSE
    NEW.carrier_name := NEW.carrier;
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER parcels_carrier_sync BEFORE INSERT OR UPDATE OF carrier, carrier_name ON parcels
FOR EACH ROW EXECUTE FUNCTION parcels_carrier();

UPDATE parcels SET carrier_name = carrier;
