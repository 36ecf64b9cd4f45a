import { serve } from '../lib/serve.js';

/** The most frequent first. */
const countries = async ({ pool, id }) => {
  const text = 'SELECT country FROM visits WHERE site = $1 GROUP BY country ORDER BY count(*) DESC, country';
  const { rows } = await pool.query(text, [id]);
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
