import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';

const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
// Whoever comes second waits here, and looks what is left to do when the first is done.
await client.query("SELECT pg_advisory_lock(hashtext('wallet migrations'))");
const { rows } = await client.query('SELECT version FROM schema_versions');
const applied = new Set(rows.map(({ version }) => version));
for (const file of (await readdir('migrations')).sort()) {
  const version = file.replace(/\.sql$/, '');
  if (applied.has(version)) continue;
  await client.query('BEGIN');
  await client.query(await readFile(`migrations/${file}`, 'utf8'));
  await client.query('INSERT INTO schema_versions (version) VALUES ($1) ON CONFLICT DO NOTHING', [version]);
  await client.query('COMMIT');
  console.log(`applied ${version}`);
}
await client.end();
