import { serve } from '../lib/serve.js';

const feed = async ({ pool, id }) => {
  const { rows } = await pool.query(
    "SELECT count(*) AS items FROM notifications WHERE type = 'Notifications::FeedItem' AND user_id = $1",
    [id],
  );
  return [200, { items: Number(rows[0].items) }];
};

const failed = async ({ pool, id }) => {
  await pool.query(
    "INSERT INTO notifications (type, user_id, title) VALUES ('Notifications::FeedItem', $1, 'a build failed')",
    [id],
  );
  return [200, { told: true }];
};

await serve({
  routes: [
    ['GET', /^\/users\/(\d+)\/feed$/, feed],
    ['POST', /^\/users\/(\d+)\/failed$/, failed],
  ],
});
