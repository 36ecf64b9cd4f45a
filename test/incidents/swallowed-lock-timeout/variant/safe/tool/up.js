import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

const directory = resolve(process.argv[2]);
const triesMax = 40;
const client = new pg.Client();
await client.connect();
const applied = new Set((await client.query('SELECT name FROM knex_migrations')).rows.map((row) => row.name));

for (const name of (await readdir(directory)).sort()) {
  if (applied.has(name)) continue;
  const { up } = await import(resolve(directory, name));
  let tries = 1;
  while (!(await apply(name, up))) {
    if (tries === triesMax) {
      console.error(`${name}: table is busy, given up after ${tries} tries; nothing was changed`);
      process.exit(1);
    }
    tries += 1;
    await wait(200);
  }
}
await client.end();

/** One transaction for the migration and its ledger row; false where a lock was not to be had in 200 ms. */
async function apply(name, up) {
  await client.query("BEGIN; SET LOCAL lock_timeout = '200ms'");
  try {
    await up((text) => client.query(text));
    await client.query('INSERT INTO knex_migrations (name, batch, migration_time) VALUES ($1, 2, now())', [name]);
    await client.query('COMMIT');
    return true;
  } catch (error) {
    await client.query('ROLLBACK');
    if (error.code !== '55P03') throw error;
    return false;
  }
}
