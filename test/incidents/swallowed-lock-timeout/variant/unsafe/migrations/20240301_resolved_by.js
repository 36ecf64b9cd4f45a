export const up = async (sql) => {
  await sql(`
    CREATE OR REPLACE FUNCTION write_full_history() RETURNS trigger AS '
    BEGIN
      INSERT INTO incident_history (incident, what) VALUES (NEW.id, NEW.state || '' by '' || current_user);
      RETURN NEW;
    END' LANGUAGE plpgsql`);
  await sql(`
    CREATE TRIGGER incidents_full_history BEFORE UPDATE OF state ON incidents
    FOR EACH ROW EXECUTE FUNCTION write_full_history()`);
  await sql('ALTER TABLE incidents ADD COLUMN resolved_by varchar(80)');
  await sql('DROP TRIGGER incidents_history ON incidents');
  await sql('ALTER TRIGGER incidents_full_history ON incidents RENAME TO incidents_history');
};
