import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { phases } from './phases.js';

const client = new pg.Client();
await client.connect();
for (const { timestamp, name, up } of phases[process.argv[2]]) {
  const { rowCount } = await client.query('SELECT FROM migrations WHERE name = $1', [name]);
  if (rowCount === 0) await apply(timestamp, name, up, 60);
}
await client.end();

/** Migration and ledger row in one transaction that never waits long; everything else than a busy table is an error. */
async function apply(timestamp, name, up, triesLeft) {
  try {
    await client.query('START TRANSACTION');
    await client.query("SET LOCAL lock_timeout = '200ms'");
    for (const statement of up) await client.query(statement);
    await client.query('INSERT INTO migrations (timestamp, name) VALUES ($1, $2)', [timestamp, name]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    if (error.code !== '55P03' || triesLeft === 0) throw error;
    await wait(150);
    await apply(timestamp, name, up, triesLeft - 1);
  }
}
