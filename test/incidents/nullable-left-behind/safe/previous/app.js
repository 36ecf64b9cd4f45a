import { serve } from '../lib/serve.js';

const list = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT id, query FROM saved_searches WHERE organization_id = $1 LIMIT 50', [id]);
  return [200, { found: rows.length > 0, searches: rows }];
};

const save = async ({ pool, body }) => {
  const text = 'INSERT INTO saved_searches (query, project_id, organization_id) VALUES ($1, $2, $3) RETURNING id';
  const { rows } = await pool.query(text, [body.query, body.project ?? null, body.organization ?? null]);
  return [201, { id: rows[0].id }];
};

await serve({
  routes: [
    ['GET', /^\/organizations\/(\d+)\/searches$/, list],
    ['POST', /^\/(searches)$/, save],
  ],
});
