import { serve } from '../lib/serve.js';

async function checkLedger(pool) {
  const { rowCount } = await pool.query("SELECT FROM knex_migrations WHERE name = '002_byte_count.js'");
  if (rowCount === 0) throw new Error('migration 002_byte_count.js is not recorded');
}

const latest = async ({ pool }) => {
  const { rows } = await pool.query('SELECT id, title, byte_count FROM documents ORDER BY id DESC LIMIT 10');
  return [200, { count: rows.length, documents: rows }];
};

const retitle = async ({ pool, id, body }) => {
  await pool.query('UPDATE documents SET title = $2 WHERE id = $1', [id, body.title]);
  return [200, { id }];
};

await serve({
  boot: checkLedger,
  routes: [
    ['GET', /^\/documents$/, latest],
    ['PATCH', /^\/documents\/(\d+)$/, retitle],
  ],
});
