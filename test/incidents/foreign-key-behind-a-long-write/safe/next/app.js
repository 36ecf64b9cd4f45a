import { serve } from '../lib/serve.js';

/** Every payment has an account now, so nobody asks whether it does. */
const show = async ({ pool, id }) => {
  const { rows } = await pool.query(
    `SELECT payments.id, account_id, cents, status, accounts.name AS merchant
     FROM payments JOIN accounts ON accounts.id = account_id WHERE payments.id = $1`,
    [id],
  );
  return rows.length === 1 ? [200, rows[0]] : [404, { error: 'no such payment' }];
};

const pay = async ({ pool, body }) => {
  const text = 'INSERT INTO payments (account_id, cents) VALUES ($1, $2) RETURNING id';
  const { rows } = await pool.query(text, [body.account, body.cents]);
  return [201, rows[0]];
};

await serve({
  routes: [
    ['GET', /^\/payments\/(\d+)$/, show],
    ['POST', /^\/(payments)$/, pay],
  ],
});
