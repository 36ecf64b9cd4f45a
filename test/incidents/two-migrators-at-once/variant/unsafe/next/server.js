import { serve } from '../lib/serve.js';

const list = async ({ pool }) => {
  const { rows } = await pool.query("SELECT count(*)::int AS macros FROM helpdesk.macros WHERE team = 'support'");
  return [200, rows[0]];
};

const add = async ({ pool, body }) => {
  await pool.query('INSERT INTO helpdesk.macros (team, title) VALUES ($1, $2)', ['sales', body.title]);
  return [201, {}];
};

await serve({
  routes: [
    ['GET', /^\/(macros)$/, list],
    ['POST', /^\/(macros)$/, add],
  ],
});
