import { serve } from '../lib/serve.js';

/** A structure: what the driver makes of it, or its text. */
const read = (payload) => (typeof payload === 'string' ? JSON.parse(payload) : payload);

const show = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT payload FROM events WHERE id = $1', [id]);
  return [200, { project: read(rows[0].payload).project }];
};

const report = async ({ pool, body }) => {
  await pool.query("INSERT INTO events (eventtype, payload, undone_jobs) VALUES ('build_fail', $1, 0)", [
    JSON.stringify(body),
  ]);
  return [201, { told: true }];
};

await serve({
  routes: [
    ['GET', /^\/events\/(\d+)$/, show],
    ['POST', /^\/(events)$/, report],
  ],
});
