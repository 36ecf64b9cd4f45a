import { serve } from '../lib/serve.js';

const show = async ({ pool, id }) => {
  const { rows } = await pool.query(
    'SELECT id, given_name, left(fingerprint, 8) AS mark FROM customers WHERE id = $1',
    [id],
  );
  return rows.length === 1 ? [200, rows[0]] : [404, { error: 'nothing here' }];
};

const add = async ({ pool, body }) => {
  const { rows } = await pool.query(
    'INSERT INTO customers (given_name, family_name, fingerprint) VALUES ($1, $2, md5($1)) RETURNING id',
    [body.given, body.family],
  );
  return [201, { id: rows[0].id }];
};

await serve({
  routes: [
    ['GET', /^\/customers\/(\d+)$/, show],
    ['POST', /^\/customers$/, add],
  ],
});
