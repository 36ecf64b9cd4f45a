import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

const steps = {
  schema: ['20170401_polymorphic_subscriber', addSubscriber],
  data: ['20170402_fill_subscriber', fillSubscriber],
  leftovers: ['20170403_fill_subscriber_again', fillSubscriber],
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

function addSubscriber() {
  return together(() =>
    client.query('ALTER TABLE notifications ADD COLUMN subscriber_type text, ADD COLUMN subscriber_id bigint'),
  );
}

/** Rows by their old name get the new one, in short steps past whatever somebody else has locked. */
async function fillSubscriber() {
  for (let left = true; left; left = await isLeft()) {
    const { rowCount } = await client.query(`UPDATE notifications
      SET type = 'Notification::FeedItem', subscriber_type = 'User', subscriber_id = user_id
      WHERE id IN (SELECT id FROM notifications WHERE type = 'Notifications::FeedItem'
        ORDER BY id LIMIT 500 FOR UPDATE SKIP LOCKED)`);
    if (rowCount === 0) await wait(50);
  }
  await together(() => undefined);
}

async function isLeft() {
  const { rowCount } = await client.query("SELECT FROM notifications WHERE type = 'Notifications::FeedItem' LIMIT 1");
  return rowCount > 0;
}
