import { serve } from '../lib/serve.js';

const introspect = async ({ reads, id }) => {
  const { rows } = await reads.query('SELECT user_id, active, realm FROM user_sessions WHERE id = $1', [id]);
  return rows.length === 1 ? [200, rows[0]] : [404, { error: 'no such session' }];
};

const logIn = async ({ main, body }) => {
  const text = 'INSERT INTO user_sessions (user_id, realm) VALUES ($1, $2) RETURNING id';
  const { rows } = await main.query(text, [body.user, body.realm ?? 'main']);
  return [201, rows[0]];
};

await serve({
  routes: [
    ['GET', /^\/sessions\/(\d+)$/, introspect],
    ['POST', /^\/(sessions)$/, logIn],
  ],
});
