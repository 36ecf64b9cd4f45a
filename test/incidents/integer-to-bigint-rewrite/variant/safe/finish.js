import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

const client = new pg.Client();
await client.connect();
// The catalog says whether there is anything left to do: the last step takes the second column away.
const { rowCount: unfinished } = await client.query(
  "SELECT FROM pg_attribute WHERE attrelid = 'hourly_usage'::regclass AND attname = 'tokens_big' AND NOT attisdropped",
);
if (unfinished > 0) {
  while ((await inShortTransaction(copySome)) > 0);
  await inShortTransaction(swap);
}
await client.end();

async function copySome() {
  const { rowCount } = await client.query(
    `UPDATE hourly_usage SET tokens_big = tokens WHERE hour_no IN (
       SELECT hour_no FROM hourly_usage WHERE tokens_big <> tokens ORDER BY hour_no LIMIT 500 FOR UPDATE)`,
  );
  return rowCount;
}

/** One message, so that the lock is not held while the network is waited for. */
async function swap() {
  await client.query(`
    LOCK TABLE hourly_usage IN ACCESS EXCLUSIVE MODE;
    DROP TRIGGER hourly_usage_copy_tokens ON hourly_usage;
    DROP FUNCTION hourly_usage_copy_tokens();
    ALTER TABLE hourly_usage DROP COLUMN tokens;
    ALTER TABLE hourly_usage RENAME COLUMN tokens_big TO tokens`);
}

async function inShortTransaction(change, triesLeft = 40) {
  try {
    await client.query("BEGIN; SET LOCAL lock_timeout = '100ms'");
    const result = await change();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK');
    if (error.code !== '55P03' || triesLeft === 0) throw error;
    await wait(200);
    return await inShortTransaction(change, triesLeft - 1);
  }
}
