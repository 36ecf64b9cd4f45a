import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

const client = new pg.Client();
await client.connect();
await client.query("SET lock_timeout = '250ms'");
for (let from = 0; ; from += 1000) {
  const { rows } = await client.query('SELECT max(id) AS last FROM documents');
  if (from >= rows[0].last) break;
  await count(from, from + 1000, 50);
}
await client.end();

/** The server counts; only numbers of rows travel. */
async function count(from, to, triesLeft) {
  try {
    await client.query(
      `UPDATE documents SET byte_count = octet_length(content)
       WHERE id > $1 AND id <= $2 AND byte_count IS NULL`,
      [from, to],
    );
  } catch (error) {
    if (error.code !== '55P03' || triesLeft === 0) throw error;
    await wait(150);
    await count(from, to, triesLeft - 1);
  }
}
