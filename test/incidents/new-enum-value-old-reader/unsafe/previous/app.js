import { serve } from '../lib/serve.js';

const words = {
  announced: { text: 'Announced', colour: 'grey' },
  collected: { text: 'On its way', colour: 'blue' },
  in_depot: { text: 'At the depot', colour: 'blue' },
  delivered: { text: 'Delivered', colour: 'green' },
};

const board = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT id, status FROM parcels WHERE depot_id = $1 ORDER BY id', [id]);
  const parcels = rows.map((row) => {
    const { text, colour } = words[row.status];
    return { id: row.id, text, colour };
  });
  return [200, { depot: Number(id), parcels }];
};

const scan = async ({ pool, id }) => {
  const { rowCount } = await pool.query("UPDATE parcels SET status = 'in_depot' WHERE id = $1", [id]);
  return [200, { scanned: rowCount === 1 }];
};

await serve({
  routes: [
    ['GET', /^\/depots\/(\d+)\/board$/, board],
    ['POST', /^\/parcels\/(\d+)\/scan$/, scan],
  ],
});
