import { serve } from '../lib/serve.js';

/** What the ledger claims must be what the catalog says; before the ledger exists nothing is claimed. */
async function checkOwner(pool) {
  const { rows: ledger } = await pool.query("SELECT to_regclass('rehearsal_migrations') IS NOT NULL AS there");
  if (!ledger[0].there) return;
  const recorded = await pool.query("SELECT FROM rehearsal_migrations WHERE version LIKE '0042%'");
  const required = await pool.query(
    "SELECT FROM pg_attribute WHERE attrelid = 'monitors'::regclass AND attname = 'owner_id' AND attnotnull",
  );
  if (recorded.rowCount > required.rowCount) throw new Error('0042 is recorded, but monitors.owner_id is nullable');
}

const show = async ({ pool, id }) => {
  const { rows } = await pool.query('SELECT id, url, owner_id FROM monitors WHERE id = $1', [id]);
  return rows.length === 1 ? [200, { ...rows[0], owned: rows[0].owner_id !== null }] : [404, {}];
};

const pause = async ({ pool, id }) => {
  await pool.query('UPDATE monitors SET paused = true WHERE id = $1', [id]);
  return [204, {}];
};

await serve({
  boot: checkOwner,
  routes: [
    ['GET', /^\/monitors\/(\d+)$/, show],
    ['POST', /^\/monitors\/(\d+)\/pause$/, pause],
  ],
});
