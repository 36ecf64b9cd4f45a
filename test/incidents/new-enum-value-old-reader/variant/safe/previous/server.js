import { serve } from '../lib/serve.js';

/** What the next month costs. */
const due = { trial: () => 0, active: (cents) => cents, cancelled: () => 0 };

const invoice = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT cents, state FROM subscriptions WHERE customer_id = $1', [id]);
  const cents = rows.reduce((sum, row) => sum + due[row.state](Number(row.cents)), 0);
  return [200, { currency: 'EUR', cents }];
};

const renew = async ({ pool, id }) => {
  await pool.query("UPDATE subscriptions SET state = 'active' WHERE id = $1", [id]);
  return [200, { accepted: true }];
};

await serve({
  routes: [
    ['GET', /^\/customers\/(\d+)\/invoice$/, invoice],
    ['PUT', /^\/subscriptions\/(\d+)\/renew$/, renew],
  ],
});
