import { observed, unobserved } from '../../shared/domain/observed.ts';
import type { StandbyObservation } from '../../shared/domain/standby.ts';
import type { Standby } from '../../shared/edge/ports/clone-host.ts';
import { SqlError, type SqlSession } from '../../shared/edge/ports/sql.ts';
import type { LiveRun } from '../live-run.ts';
import { namedLedgers } from '../migration/read-state.ts';
import { readDatabaseState } from '../probes/read-database-state.ts';
import type { ReadTable } from './standby-reads.ts';

type End = StandbyObservation['end'];

/** Longer than a standby waits for its readers where nobody says for how long (30 s). */
const stalledMs = 40_000;
const lookEveryMs = 20;

/** Until what was written is replayed. One that comes no nearer for longer than readers may hold it up has stopped. */
export async function untilReplayed(run: LiveRun, primary: SqlSession, { admin }: Standby): Promise<End> {
  try {
    await using standby = await run.sql.connect(admin, 'rehearsal/standby-end');
    // Committed and flushed, so everything before it is flushed too.
    const [mark] = await primary.query<{ at: string }>(
      `SELECT pg_logical_emit_message(true, 'rehearsal', 'end')::text AS at`,
    );
    const missing = async (): Promise<number> => {
      const [row] = await standby.query<{ bytes: number }>(
        'SELECT pg_wal_lsn_diff($1::pg_lsn, pg_last_wal_replay_lsn())::float8 AS bytes',
        [mark?.at],
      );
      return row?.bytes ?? Number.POSITIVE_INFINITY;
    };
    let nearest = Number.POSITIVE_INFINITY;
    for (let sinceMs = run.now(); ; ) {
      const bytes = await missing();
      if (bytes <= 0) return { replayed: true };
      if (bytes < nearest) sinceMs = run.now();
      nearest = Math.min(nearest, bytes);
      if (run.now() - sinceMs > stalledMs) return { replayed: false, why: `${bytes} bytes of WAL were left for ever` };
      await run.clock.wait(lookEveryMs, run.signal);
    }
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return { replayed: false, why: `it went away: ${run.redact.message(error.message)}` };
  }
}

/** Schema and readability of both servers, once the one has replayed what the other wrote. */
export async function compareSides(
  run: LiveRun,
  follower: Standby,
  { replayed }: End,
  tables: readonly ReadTable[],
): Promise<Pick<StandbyObservation, 'sameSchema' | 'unreadable'>> {
  if (!replayed) return { sameSchema: unobserved('the standby did not replay to the end'), unreadable: [] };
  const { clone } = run;
  try {
    const [here, there] = [await schemaAt(run, clone.admin), await schemaAt(run, follower.admin)];
    const unreadable: { readonly relation: string; readonly sqlstate: string }[] = [];
    await using mine = await run.sql.connect({ ...clone.admin, ...clone.apps }, 'rehearsal/standby-end');
    await using theirs = await run.sql.connect({ ...follower.admin, ...clone.apps }, 'rehearsal/standby-end');
    for (const { relation, quoted } of tables) {
      const sqlstate = await refusalOf(theirs, quoted);
      if (sqlstate !== undefined && (await refusalOf(mine, quoted)) === undefined)
        unreadable.push({ relation, sqlstate });
    }
    return { sameSchema: observed(here === there), unreadable };
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return { sameSchema: unobserved(`it could not be read: ${run.redact.message(error.message)}`), unreadable: [] };
  }
}

async function schemaAt(run: LiveRun, address: Standby['admin']): Promise<string> {
  await using session = await run.sql.connect(address, 'rehearsal/standby-end');
  const { schema, ledgers } = await readDatabaseState(session, { namedLedgers: namedLedgers(run), countRows: false });
  return JSON.stringify([schema, ledgers]);
}

async function refusalOf(session: SqlSession, quoted: string): Promise<string | undefined> {
  try {
    await session.query(`SELECT 1 FROM ${quoted} LIMIT 1`);
    return undefined;
  } catch (error) {
    if (error instanceof SqlError && error.sqlstate !== undefined) return error.sqlstate;
    throw error;
  }
}
