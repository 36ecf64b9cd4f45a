import { serve } from '../lib/serve.js';

const words = {
  announced: { text: 'Announced', colour: 'grey' },
  collected: { text: 'On its way', colour: 'blue' },
  held_at_customs: { text: 'Held by customs', colour: 'orange' },
  in_depot: { text: 'At the depot', colour: 'blue' },
  delivered: { text: 'Delivered', colour: 'green' },
};

const board = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT id, status FROM parcels WHERE depot_id = $1 ORDER BY id', [id]);
  return [200, { depot: Number(id), parcels: rows.map((row) => ({ id: row.id, ...words[row.status] })) }];
};

const scan = async ({ pool, id }) => {
  const { rowCount } = await pool.query(
    `UPDATE parcels SET status =
       (CASE WHEN sender_country = 'CH' THEN 'held_at_customs' ELSE 'in_depot' END)::parcel_status
     WHERE id = $1`,
    [id],
  );
  return [200, { scanned: rowCount === 1 }];
};

await serve({
  routes: [
    ['GET', /^\/depots\/(\d+)\/board$/, board],
    ['POST', /^\/parcels\/(\d+)\/scan$/, scan],
  ],
});
