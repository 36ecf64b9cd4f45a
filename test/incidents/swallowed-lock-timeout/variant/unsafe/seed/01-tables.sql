-- Production's administrators gave every session of the application this limit.
ALTER ROLE app SET lock_timeout = '1500ms';

CREATE TABLE incidents (
  id serial PRIMARY KEY,
  summary varchar(200) NOT NULL,
  state varchar(20) NOT NULL DEFAULT 'open',
  seen_at timestamptz
);

CREATE TABLE incident_history (
  id bigserial PRIMARY KEY,
  incident integer NOT NULL,
  what text NOT NULL
);

CREATE FUNCTION write_history() RETURNS trigger AS '
BEGIN
  IF NEW.state <> OLD.state THEN
    INSERT INTO incident_history (incident, what) VALUES (NEW.id, NEW.state);
  END IF;
  RETURN NEW;
END' LANGUAGE plpgsql;
CREATE TRIGGER incidents_history BEFORE UPDATE ON incidents FOR EACH ROW EXECUTE FUNCTION write_history();

CREATE TABLE knex_migrations (
  id serial PRIMARY KEY,
  name varchar(255),
  batch integer,
  migration_time timestamptz
);
CREATE TABLE knex_migrations_lock (
  index serial PRIMARY KEY,
  is_locked integer
);
