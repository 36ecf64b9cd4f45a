CREATE TABLE buildings (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  address text NOT NULL,
  owner varchar(40) NOT NULL
);
INSERT INTO buildings (address, owner)
SELECT n || ' Main Street', 'owner ' || n % 60 FROM generate_series(1, 2000) AS n;

CREATE TABLE building_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  building_id bigint NOT NULL,
  owner text NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
);

-- Made by hand when the auditors came; no migration knows it.
CREATE FUNCTION keep_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO building_history (building_id, owner) VALUES (OLD.id, OLD.owner);
  RETURN NULL;
END
$$;
CREATE TRIGGER buildings_history AFTER UPDATE ON buildings
FOR EACH ROW WHEN (OLD.owner IS DISTINCT FROM NEW.owner) EXECUTE FUNCTION keep_owner();

CREATE TABLE pgmigrations (
  id serial PRIMARY KEY,
  name varchar(255) NOT NULL,
  run_on timestamp NOT NULL
);
INSERT INTO pgmigrations (name, run_on) VALUES ('1700000000000_buildings', '2023-11-14 22:13:20');
