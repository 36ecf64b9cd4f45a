import { serve } from '../lib/serve.js';

const pages = { Picture: (id) => `/pictures/${id}`, Clip: (id) => `/clips/${id}` };

const album = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT id, kind FROM assets WHERE album_id = $1 ORDER BY id', [id]);
  return [200, { id: Number(id), pages: rows.map((asset) => pages[asset.kind.replace('Media::', '')](asset.id)) }];
};

const upload = async ({ pool, id }) => {
  await pool.query("INSERT INTO assets (album_id, kind) VALUES ($1, 'Clip')", [id]);
  return [200, { saved: true }];
};

await serve({
  routes: [
    ['GET', /^\/albums\/(\d+)$/, album],
    ['POST', /^\/albums\/(\d+)\/clips$/, upload],
  ],
});
