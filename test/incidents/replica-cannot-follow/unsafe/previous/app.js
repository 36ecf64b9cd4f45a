import { serve } from '../lib/serve.js';

const introspect = async ({ reads, id }) => {
  const { rows } = await reads.query('SELECT user_id, active FROM user_sessions WHERE id = $1', [id]);
  return rows.length === 1 ? [200, rows[0]] : [404, { error: 'no such session' }];
};

const logIn = async ({ main, body }) => {
  const { rows } = await main.query('INSERT INTO user_sessions (user_id) VALUES ($1) RETURNING id', [body.user]);
  return [201, rows[0]];
};

await serve({
  routes: [
    ['GET', /^\/sessions\/(\d+)$/, introspect],
    ['POST', /^\/(sessions)$/, logIn],
  ],
});
