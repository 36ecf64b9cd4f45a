import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

const version = '20231002100000';
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
try {
  if (await recorded()) console.log(`${version}: nothing to do`);
  else await withShortLockTimeout(addAcknowledgedBy);
} finally {
  await client.end();
}

/** All or nothing, the ledger row included; the first statement takes the strongest lock, so no later one can wait. */
async function addAcknowledgedBy() {
  await client.query('ALTER TABLE alerts ADD COLUMN acknowledged_by text');
  await client.query(`
    CREATE FUNCTION log_alert_change() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
      INSERT INTO alert_log (alert_id, change) VALUES (NEW.id, to_jsonb(NEW) - 'title');
      RETURN NULL;
    END
    $body$`);
  await client.query('DROP TRIGGER alerts_log ON alerts');
  await client.query(
    'CREATE TRIGGER alerts_log AFTER UPDATE ON alerts FOR EACH ROW EXECUTE FUNCTION log_alert_change()',
  );
  await client.query('INSERT INTO schema_migrations VALUES ($1)', [version]);
}

/** Never lets writers queue for longer than 300 ms; gives up loudly after about a quarter of a minute. */
async function withShortLockTimeout(change, attempts = 30) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query('BEGIN');
      await client.query("SET LOCAL lock_timeout = '300ms'");
      await change();
      await client.query('COMMIT');
      console.log(`${version}: applied in attempt ${attempt}`);
      return;
    } catch (error) {
      await client.query('ROLLBACK');
      if (error.code !== '55P03' || attempt === attempts) throw error;
      console.log(`${version}: alerts is busy, attempt ${attempt} of ${attempts}`);
      await wait(250);
    }
  }
}

async function recorded() {
  const { rowCount } = await client.query('SELECT 1 FROM schema_migrations WHERE version = $1', [version]);
  return rowCount === 1;
}
