import { serve } from '../lib/serve.js';

/** Text in the notation of this version, or of those before it. */
const read = (payload) => JSON.parse(payload.replaceAll('=>', ':'));
const write = (payload) => JSON.stringify(payload).replaceAll('":"', '"=>"');

const show = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT payload::text AS payload FROM events WHERE id = $1', [id]);
  return [200, { project: read(rows[0].payload).project }];
};

const report = async ({ pool, body }) => {
  await pool.query("INSERT INTO events (eventtype, payload) VALUES ('build_fail', $1)", [write(body)]);
  return [201, { told: true }];
};

await serve({
  routes: [
    ['GET', /^\/events\/(\d+)$/, show],
    ['POST', /^\/(events)$/, report],
  ],
});
