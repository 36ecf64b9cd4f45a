import { serve } from '../lib/serve.js';

const pages = { 'Media::Picture': (id) => `/pictures/${id}`, 'Media::Clip': (id) => `/clips/${id}` };

const album = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT id, kind FROM assets WHERE album_id = $1 ORDER BY id', [id]);
  return [
    200,
    { id: Number(id), pages: rows.map((asset) => pages[asset.kind.replace(/^(?!Media::)/, 'Media::')](asset.id)) },
  ];
};

const upload = async ({ pool, id }) => {
  await pool.query("INSERT INTO assets (album_id, kind) VALUES ($1, 'Media::Clip')", [id]);
  return [200, { saved: true }];
};

await serve({
  routes: [
    ['GET', /^\/albums\/(\d+)$/, album],
    ['POST', /^\/albums\/(\d+)\/clips$/, upload],
  ],
});
