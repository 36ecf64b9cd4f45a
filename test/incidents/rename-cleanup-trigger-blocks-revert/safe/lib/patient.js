import { setTimeout as wait } from 'node:timers/promises';

/** All of `change` or nothing; behind a busy table it gives way and comes again. */
export async function inShortTransaction(client, change, attempts = 40) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query('BEGIN');
      await client.query("SET LOCAL lock_timeout = '300ms'");
      const result = await change();
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK');
      if (error.code !== '55P03' || attempt === attempts) throw error;
      await wait(150);
    }
  }
}
