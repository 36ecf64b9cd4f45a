import type { BuiltObject, StatementObservation } from '../../shared/domain/statement.ts';
import type { TappedStatement } from '../../shared/edge/ports/tap.ts';
import { normalizeSql } from '../../shared/plan/normalize-sql.ts';
import type { LiveRun } from '../live-run.ts';
import type { WrittenBy } from './told-by-wal.ts';

/** What is known of a statement once its hooks are through. */
export interface Note {
  readonly statement: TappedStatement;
  readonly wal: WrittenBy['wal'];
  readonly committed: number | undefined;
  readonly refusesTransaction: boolean;
  readonly waitsForSnapshots: boolean;
}

export function observationOf(
  run: LiveRun,
  { statement, wal, committed, refusesTransaction, waitsForSnapshots }: Note,
  { lockTimeoutMs, statementTimeoutMs }: { readonly lockTimeoutMs: number; readonly statementTimeoutMs: number },
): Omit<StatementObservation, 'locks' | 'rewrote'> {
  const { sql, sqlstate, message } = statement;
  return {
    ordinal: statement.ordinal,
    sql: normalizeSql(sql),
    session: statement.session,
    backendPid: statement.backendPid,
    startedAtMs: statement.sentAtMs,
    durationMs: statement.durationMs,
    waitedMs: 0,
    transaction: statement.transaction,
    statusAfter: statement.statusAfter,
    ...(committed === undefined ? {} : { committed }),
    rows: statement.rows,
    ...(sqlstate === undefined ? {} : { sqlstate }),
    ...(message === undefined ? {} : { message: run.redact.message(message, { sqlstate, sql }) }),
    walBytes: wal.to - wal.from,
    ...(refusesTransaction ? { refusesTransaction } : {}),
    ...(waitsForSnapshots ? { waitsForSnapshots } : {}),
    lockTimeout:
      statement.lockTimeoutMs === null
        ? { ms: lockTimeoutMs, from: 'server' }
        : { ms: statement.lockTimeoutMs, from: 'session' },
    statementTimeoutMs: statement.statementTimeoutMs ?? statementTimeoutMs,
  };
}

export function rewritesOf(
  rewrites: readonly { readonly relation: string; readonly bytes: number | undefined }[],
): Pick<StatementObservation, 'rewrote' | 'rewroteBytes'> {
  const rewrote = rewrites.map(({ relation }) => relation);
  const known = rewrites.flatMap(({ relation, bytes }) => (bytes === undefined ? [] : [[relation, bytes] as const]));
  return { rewrote, ...(known.length === 0 ? {} : { rewroteBytes: Object.fromEntries(known) }) };
}

export const builtBy = (built: readonly BuiltObject[] | undefined): Pick<StatementObservation, 'built'> =>
  built === undefined ? {} : { built };
