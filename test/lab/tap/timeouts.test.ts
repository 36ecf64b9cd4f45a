import type pg from 'pg';
import { expect, it } from 'vitest';
import { startEmbeddedPostgres } from '../../support/embedded-postgres.ts';
import { lockTimeoutAtStartMs, timeoutCases } from '../../workers/tap/timeout-cases.ts';
import { pgClient, tapBefore } from './clients.ts';

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** What the server itself holds to be in force. */
async function inForceMs(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ ms: string; unit: string }>(
    "SELECT setting ms, unit FROM pg_settings WHERE name = 'lock_timeout'",
  );
  return Number(rows[0]?.ms) * (unitMs[rows[0]?.unit ?? ''] ?? Number.NaN);
}

it('the lock timeout that the tap tells is the one that the server holds, in every mode', async () => {
  await using server = await startEmbeddedPostgres();
  for (const mode of ['plain', 'traced'] as const) {
    await using tap = await tapBefore(server.address, { mode });
    for (const { script, ms } of timeoutCases) {
      const options = `-c lock_timeout=${lockTimeoutAtStartMs}`;
      const client = await pgClient({ ...server.address, options } as typeof server.address, tap);
      // A statement that fails is part of some scripts.
      for (const sql of script) await client.query(sql).catch(() => undefined);
      const failed = tap.statements().at(-1)?.statusAfter === 'E';
      const label = `${mode}: ${script.join(' / ')}`;
      if (!failed) expect(await inForceMs(client), `server, ${label}`).toBe(ms);
      expect(tap.statements().at(-1)?.lockTimeoutMs, `tap, ${label}`).toBe(ms);
      await client.end();
    }
  }
});
