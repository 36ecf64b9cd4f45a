import { serve } from '../lib/serve.js';

const list = async ({ pool }) => {
  const text = 'SELECT serial_no, model, coalesce(site, 1) AS site FROM devices ORDER BY serial_no LIMIT 5';
  const { rows } = await pool.query(text);
  return [200, { count: rows.length, devices: rows }];
};

/** A device that reports for the first time is registered on the way. */
const report = async ({ pool, body }) => {
  const text = `INSERT INTO devices (serial_no, model, last_seen, site) VALUES ($1, $2, now(), $3)
                ON CONFLICT (serial_no) DO UPDATE SET last_seen = now()`;
  await pool.query(text, [body.serial, body.model, body.site ?? 1]);
  return [202, { accepted: true }];
};

await serve({
  routes: [
    ['GET', /^\/(devices)$/, list],
    ['PUT', /^\/(reports)$/, report],
  ],
});
