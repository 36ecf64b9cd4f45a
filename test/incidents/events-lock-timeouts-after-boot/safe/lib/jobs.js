import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

/** What the job works with once it has read its events: mails, other services. */
const workMs = 900;
const restMs = 200;

const mark = 'UPDATE events SET undone_jobs = 0 WHERE NOT mails_sent';

/** Settles the open events again and again, all of them in one transaction, unless its configuration stops it. */
export async function settleEvents(configuration) {
  const { settle_events: wanted } = JSON.parse(await readFile(configuration, 'utf8'));
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL, application_name: 'event jobs' });
  await client.connect();
  for (;;) {
    if (wanted) await settle(client);
    else await client.query('SELECT count(*) FROM schema_migrations');
    await pause(restMs);
  }
}

async function settle(client) {
  try {
    await client.query('BEGIN');
    await client.query(mark);
    await pause(workMs);
    await client.query('COMMIT');
  } catch (error) {
    console.error(`tried again later: ${error.message}`);
    await client.query('ROLLBACK');
  }
}
