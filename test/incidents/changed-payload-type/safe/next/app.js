import { serve } from '../lib/serve.js';

/** Both notations, as long as there are rows of both. */
const read = (payload) => JSON.parse(payload.replaceAll('"=>"', '":"'));
/** The old one, as long as somebody lives who reads nothing else. */
const write = (payload) => JSON.stringify(payload).replaceAll('":"', '"=>"');

const show = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT payload FROM events WHERE id = $1', [id]);
  return [200, { project: read(rows[0].payload).project }];
};

const report = async ({ pool, body }) => {
  await pool.query("INSERT INTO events (eventtype, payload, undone_jobs) VALUES ('build_fail', $1, 0)", [write(body)]);
  return [201, { told: true }];
};

await serve({
  routes: [
    ['GET', /^\/events\/(\d+)$/, show],
    ['POST', /^\/(events)$/, report],
  ],
});
