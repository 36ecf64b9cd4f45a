import { type Observed, observed } from '../../shared/domain/observed.ts';
import type { TappedStatement } from '../../shared/edge/ports/tap.ts';
import type { LiveRun } from '../live-run.ts';
import { readAborts } from '../probes/read-aborts.ts';

export interface WrittenBy {
  readonly statement: TappedStatement;
  /** Of the WAL, in bytes since the beginning of time; only where nobody else writes. */
  readonly wal: { readonly from: number; readonly to: number };
}

/**
 * How often each statement, by its ordinal, met an error that something inside the server caught: the server answered
 * that all is well, and aborted a part of what it had done. Statements that were refused or that rolled back by
 * themselves abort openly.
 */
export async function caughtInside(
  run: LiveRun,
  written: readonly WrittenBy[],
): Promise<ReadonlyMap<number, Observed<number>>> {
  const all = written.filter(({ wal }) => wal.to > wal.from);
  if (all.length === 0) return new Map();
  const whole = all.reduce(({ from, to }, { wal }) => ({ from: Math.min(from, wal.from), to: Math.max(to, wal.to) }), {
    from: Number.POSITIVE_INFINITY,
    to: 0,
  });
  const aborts = await readAborts(run.sql, run.clone.admin, whole);
  const quiet = all.filter(({ statement }) => !abortsOpenly(statement));
  if (!aborts.seen) return new Map(quiet.map(({ statement }) => [statement.ordinal, aborts]));
  const open = all.filter(({ statement }) => abortsOpenly(statement));
  const hidden = aborts.value.filter((at) => !open.some(({ wal }) => isWithin(at, wal)));
  return new Map(
    quiet.flatMap(({ statement, wal }) => {
      const times = hidden.filter((at) => isWithin(at, wal)).length;
      return times === 0 ? [] : [[statement.ordinal, observed(times)] as const];
    }),
  );
}

const abortsOpenly = ({ sqlstate, statusAfter, commandTag }: TappedStatement): boolean =>
  sqlstate !== undefined || statusAfter === null || commandTag === 'ROLLBACK';

const isWithin = (at: number, { from, to }: WrittenBy['wal']): boolean => at >= from && at < to;
