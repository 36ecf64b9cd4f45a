import { setTimeout as wait } from 'node:timers/promises';

/** One statement by itself; behind a busy table it gives way and comes again. */
export async function patiently(client, sql, attempts = 40) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await client.query(sql);
    } catch (error) {
      if (error.code !== '55P03' || attempt === attempts) throw error;
      await wait(150);
    }
  }
}
