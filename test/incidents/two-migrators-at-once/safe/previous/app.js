import { serve } from '../lib/serve.js';

const balance = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT sum(amount)::int AS amount FROM credits WHERE account_id = $1', [id]);
  return [200, { amount: rows[0].amount ?? 0 }];
};

const spend = async ({ pool, id }) => {
  await pool.query("INSERT INTO credits (account_id, amount, reason) VALUES ($1, -1, 'spent')", [id]);
  return [201, {}];
};

await serve({
  routes: [
    ['GET', /^\/accounts\/(\d+)\/balance$/, balance],
    ['POST', /^\/accounts\/(\d+)\/spend$/, spend],
  ],
});
