import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

const steps = {
  schema: ['20170401_undone_jobs', addUndoneJobs],
  data: ['20170402_payload', convertPayload],
};

const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
await client.query("SELECT pg_advisory_lock(hashtext('builds'))");
const [version, step] = steps[process.argv[2]];
const { rowCount } = await client.query('SELECT FROM schema_migrations WHERE version = $1', [version]);
if (rowCount === 0) await step();
await client.end();

/** The step, again and again where somebody is in its way, and its ledger row in one transaction. */
async function together(work, attemptsLeft = 60) {
  try {
    await client.query("BEGIN; SET LOCAL lock_timeout = '200ms'");
    await work();
    await client.query('INSERT INTO schema_migrations VALUES ($1)', [version]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    if (error.code !== '55P03' || attemptsLeft === 0) throw error;
    await wait(150);
    await together(work, attemptsLeft - 1);
  }
}

function addUndoneJobs() {
  return together(() => client.query('ALTER TABLE events ADD COLUMN undone_jobs integer DEFAULT 0'));
}

/** Events say what they say as a structure from now on. */
function convertPayload() {
  return together(() => client.query('ALTER TABLE events ALTER COLUMN payload TYPE jsonb USING payload::jsonb'));
}
