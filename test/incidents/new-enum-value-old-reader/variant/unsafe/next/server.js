import { serve } from '../lib/serve.js';

/** What the next month costs. */
const due = { trial: () => 0, active: (cents) => cents, paused: () => 0, cancelled: () => 0 };

const invoice = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT cents, state FROM subscriptions WHERE customer_id = $1', [id]);
  const cents = rows.reduce((sum, row) => sum + due[row.state](Number(row.cents)), 0);
  return [200, { currency: 'EUR', cents }];
};

const to =
  (state) =>
  async ({ pool, id }) => {
    await pool.query('UPDATE subscriptions SET state = $1 WHERE id = $2', [state, id]);
    return [200, { accepted: true }];
  };

/** Switched on when no instance is left that does not know the state. */
const pause = process.env.PAUSING === 'on' ? to('paused') : async () => [200, { accepted: true, later: true }];

await serve({
  routes: [
    ['GET', /^\/customers\/(\d+)\/invoice$/, invoice],
    ['PUT', /^\/subscriptions\/(\d+)\/pause$/, pause],
    ['PUT', /^\/subscriptions\/(\d+)\/renew$/, to('active')],
  ],
});
