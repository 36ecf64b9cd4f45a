import { serve } from '../lib/serve.js';

const show = async ({ pool, id }) => {
  const text = 'SELECT mail_no, folder, coalesce(preview, left(body, 80)) AS preview FROM mails WHERE mail_no = $1';
  const { rows } = await pool.query(text, [id]);
  return rows.length === 1 ? [200, rows[0]] : [404, {}];
};

const move = async ({ pool, id, body }) => {
  await pool.query('UPDATE mails SET folder = $2 WHERE mail_no = $1', [id, body.folder]);
  return [200, { folder: body.folder }];
};

await serve({
  routes: [
    ['GET', /^\/mails\/(\d+)$/, show],
    ['PUT', /^\/mails\/(\d+)\/folder$/, move],
  ],
});
