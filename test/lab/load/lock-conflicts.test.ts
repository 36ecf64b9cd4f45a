import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { holders, holderTraits } from '../../../shared/domain/holder.ts';
import { type LockMode, lockConflict, lockModes } from '../../../shared/domain/lock.ts';
import { pgSql } from '../../../shared/edge/adapters/pg-sql.ts';
import { SqlError, type SqlSession } from '../../../shared/edge/ports/sql.ts';
import { acquireActorLock } from '../../../workers/load/actor-lock.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../support/embedded-postgres.ts';

let server: EmbeddedPostgres;
let asking: SqlSession;
beforeAll(async () => {
  server = await startEmbeddedPostgres();
  asking = await pgSql.connect(server.address, 'rehearsal/test');
  await asking.query("CREATE TABLE a (id int PRIMARY KEY, v text); INSERT INTO a VALUES (1, 'x')");
});
afterAll(async () => {
  await asking[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** `ShareRowExclusiveLock` → `SHARE ROW EXCLUSIVE` */
const words = (mode: LockMode) => mode.slice(0, -4).replaceAll(/\B[A-Z]/g, ' $&');

async function isRefused(requested: LockMode): Promise<boolean> {
  try {
    await asking.query(`BEGIN; LOCK TABLE a IN ${words(requested)} MODE NOWAIT`);
    return false;
  } catch (error) {
    if (error instanceof SqlError && error.sqlstate === '55P03') return true;
    throw error;
  } finally {
    await asking.query('ROLLBACK');
  }
}

describe('the server refuses what the table of conflicts says, and nothing else', () => {
  test.each(lockModes)('while another transaction holds %s', async (holds) => {
    await using _held = await acquireActorLock(pgSql, server.address, { relation: 'public.a', holds });
    const refused: LockMode[] = [];
    for (const requested of lockModes) if (await isRefused(requested)) refused.push(requested);
    expect(refused).toEqual(lockModes.filter((requested) => lockConflict(requested, holds)));
  });
});

test.each(holders)('%s holds its lock, and keeps an old view of the rows only where it is said to', async (holder) => {
  const { holds, keepsSnapshot } = holderTraits[holder];
  await using held = await acquireActorLock(pgSql, server.address, { relation: 'public.a', holds, holder });
  const [seen] = await asking.query<{ name: string; view: boolean }>(
    `SELECT application_name AS name, backend_xmin IS NOT NULL AS view FROM pg_stat_activity WHERE pid = $1`,
    [held.pid],
  );
  expect(seen).toEqual({ name: `rehearsal/actor ${holder}`, view: keepsSnapshot });
});
