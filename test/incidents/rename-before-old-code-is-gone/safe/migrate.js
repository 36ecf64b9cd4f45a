import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

const version = '20240812_detailed_merge_status';
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
try {
  const { rowCount } = await client.query('SELECT FROM schema_migrations WHERE version = $1', [version]);
  if (rowCount === 0) await inShortTransaction(expand);
  while ((await inShortTransaction(fillSome)) > 0);
} finally {
  await client.end();
}

/** Both names exist and say the same, whoever writes; the old one goes with the release after this one. */
async function expand() {
  await client.query('ALTER TABLE merge_requests ADD COLUMN detailed_merge_status text');
  await client.query(`
    CREATE FUNCTION merge_requests_sync_status() RETURNS trigger LANGUAGE plpgsql AS $body$
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
    $body$`);
  await client.query(`
    CREATE TRIGGER merge_requests_sync_status BEFORE INSERT OR UPDATE ON merge_requests
    FOR EACH ROW EXECUTE FUNCTION merge_requests_sync_status()`);
  await client.query('INSERT INTO schema_migrations VALUES ($1)', [version]);
}

/** A row that somebody holds makes the whole step try again. */
async function fillSome() {
  const { rowCount } = await client.query(`
    UPDATE merge_requests SET detailed_merge_status = merge_status WHERE id IN (
      SELECT id FROM merge_requests WHERE detailed_merge_status IS NULL ORDER BY id LIMIT 1500 FOR UPDATE)`);
  return rowCount;
}

async function inShortTransaction(change, attempts = 40) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query('BEGIN');
      await client.query("SET LOCAL lock_timeout = '300ms'");
      const result = await change();
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK');
      if (error.code !== '55P03' || attempt === attempts) throw error;
      await wait(200);
    }
  }
}
