import { serve } from '../lib/serve.js';

const pause = async ({ pool, id }) => {
  await pool.query('UPDATE monitors SET paused = true WHERE id = $1', [id]);
  return [204, {}];
};

await serve({ routes: [['POST', /^\/monitors\/(\d+)\/pause$/, pause]] });
