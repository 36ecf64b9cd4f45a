import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

const client = new pg.Client();
await client.connect();
const rowsMin = 125;
let rows = 500;
let triesLeft = 60;
for (let filled = rows; filled > 0; ) {
  try {
    filled = await fillSome();
  } catch (error) {
    if (!['55P03', '57014'].includes(error.code) || triesLeft === 0) throw error;
    triesLeft -= 1;
    if (error.code === '57014') rows = Math.max(rowsMin, rows >> 1);
    await wait(150);
  }
}
await client.end();

/** What is not filled yet is what the rows themselves say. */
async function fillSome() {
  const { rowCount } = await client.query(
    `UPDATE mails SET preview = left(regexp_replace(body, '(\\d+)( and so on)', '\\1', 'g'), 80)
     WHERE mail_no IN (SELECT mail_no FROM mails WHERE preview IS NULL ORDER BY mail_no LIMIT $1)`,
    [rows],
  );
  return rowCount;
}
