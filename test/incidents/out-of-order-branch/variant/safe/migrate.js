import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';

const db = new pg.Client({ connectionString: process.env.DATABASE_URL });
await db.connect();
const { rows } = await db.query('SELECT version FROM schema_migrations');
const applied = new Set(rows.map(({ version }) => version));
for (const file of (await readdir('versions')).sort()) {
  const version = file.replace(/\.sql$/, '');
  if (applied.has(version)) continue;
  console.log(`applying ${version}`);
  await db.query('BEGIN');
  await db.query(await readFile(`versions/${file}`, 'utf8'));
  await db.query('INSERT INTO schema_migrations VALUES ($1)', [version]);
  await db.query('COMMIT');
}
await db.end();
