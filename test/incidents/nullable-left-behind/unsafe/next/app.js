import { serve } from '../lib/serve.js';

const list = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT id, query FROM saved_searches WHERE organization_id = $1 LIMIT 50', [id]);
  return [200, { found: rows.length > 0, searches: rows }];
};

/** Once the migration is recorded the column's own constraint is what guards it, and the form's check is gone. */
const save = async ({ pool, context: { constrained }, body }) => {
  if (!constrained && body.organization === undefined) return [422, { error: 'whose search is it?' }];
  const text = 'INSERT INTO saved_searches (query, organization_id) VALUES ($1, $2) RETURNING id';
  try {
    const { rows } = await pool.query(text, [body.query, body.organization ?? null]);
    return [201, { id: rows[0].id }];
  } catch (error) {
    if (error.code !== '23502' && error.code !== '23514') throw error;
    return [422, { error: 'whose search is it?' }];
  }
};

await serve({
  boot: async (pool) => {
    const { rowCount } = await pool.query("SELECT FROM django_migrations WHERE name = '0002_organization_not_null'");
    return { constrained: rowCount > 0 };
  },
  routes: [
    ['GET', /^\/organizations\/(\d+)\/searches$/, list],
    ['POST', /^\/(searches)$/, save],
  ],
});
