import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
await client.query("SET lock_timeout = '400ms'");

/** true: usable; false: the rest of an attempt that gave up; undefined: none. */
const isValid = async () => {
  const { rows } = await client.query('SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass($1)', [
    'orders_by_customer',
  ]);
  return rows[0]?.valid;
};

const attempt = async () => {
  try {
    if ((await isValid()) === false) await client.query('DROP INDEX CONCURRENTLY orders_by_customer');
    if ((await isValid()) === undefined) {
      await client.query('CREATE INDEX CONCURRENTLY orders_by_customer ON orders (customer_id)');
    }
    return await isValid();
  } catch (error) {
    if (error.code !== '55P03') throw error;
    return false;
  }
};

let isDone = await attempt();
for (let tries = 1; !isDone && tries < 60; tries += 1) {
  await pause(250);
  isDone = await attempt();
}
if (isDone) await client.query("INSERT INTO schema_versions VALUES ('031') ON CONFLICT DO NOTHING");
else process.exitCode = 1;
await client.end();
