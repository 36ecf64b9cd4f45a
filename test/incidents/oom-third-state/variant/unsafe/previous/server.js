import { serve } from '../lib/serve.js';

const known = ['id', 'title', 'content'];

/** A column that no recorded migration explains means that somebody works on this database right now. */
async function checkColumns(pool) {
  const { rows } = await pool.query(
    "SELECT column_name FROM information_schema.columns WHERE table_name = 'documents'",
  );
  const unknown = rows.map((row) => row.column_name).filter((name) => !known.includes(name));
  const { rows: migrations } = await pool.query('SELECT count(*)::int AS count FROM knex_migrations');
  if (unknown.length > 0 && migrations[0].count < 2) throw new Error(`unexplained columns: ${unknown.join(', ')}`);
}

const latest = async ({ pool }) => {
  const { rows } = await pool.query('SELECT id, title FROM documents ORDER BY id DESC LIMIT 10');
  return [200, { count: rows.length, documents: rows }];
};

const retitle = async ({ pool, id, body }) => {
  await pool.query('UPDATE documents SET title = $2 WHERE id = $1', [id, body.title]);
  return [200, { id }];
};

await serve({
  boot: checkColumns,
  routes: [
    ['GET', /^\/documents$/, latest],
    ['PATCH', /^\/documents\/(\d+)$/, retitle],
  ],
});
