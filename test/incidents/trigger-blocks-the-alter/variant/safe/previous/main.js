import { serve } from '../lib/serve.js';

const countries = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT DISTINCT country FROM visits WHERE site = $1', [id]);
  return [200, { countries: rows.map((row) => row.country) }];
};

const visit = async ({ pool, id, body }) => {
  const text = 'INSERT INTO visits (visit_id, site, country) VALUES (gen_random_uuid(), $1, $2)';
  await pool.query(text, [id, body.country]);
  return [202, {}];
};

await serve({
  routes: [
    ['GET', /^\/sites\/(\d+)\/countries$/, countries],
    ['POST', /^\/sites\/(\d+)\/visits$/, visit],
  ],
});
