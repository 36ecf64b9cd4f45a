import { type Observed, observed } from '../../shared/domain/observed.ts';
import type { StatementObservation, TouchedRows } from '../../shared/domain/statement.ts';
import type { TappedStatement } from '../../shared/edge/ports/tap.ts';
import type { LiveRun } from '../live-run.ts';
import { type ReadWal, readWal, type WalRange } from '../probes/read-wal.ts';

export interface WrittenBy {
  readonly statement: TappedStatement;
  /** Of the WAL; only where nobody else writes. */
  readonly wal: WalRange;
}

export type ToldByWal = Pick<StatementObservation, 'caught' | 'touched'>;

/**
 * What only the WAL tells of each statement, by its ordinal. `nameOf` says which relation lies, or lay, in a file; what
 * it does not know was made and dropped meanwhile, or is the server's own.
 */
export async function toldByWal(
  run: LiveRun,
  written: readonly WrittenBy[],
  nameOf: (filenode: number) => string | undefined,
): Promise<ReadonlyMap<number, ToldByWal>> {
  const all = written.filter(({ wal }) => wal.to > wal.from);
  if (all.length === 0) return new Map();
  const read = await readWal(
    run.sql,
    run.clone.admin,
    all.map(({ wal }) => wal),
  );
  return new Map(
    all.map((one, range) => [
      one.statement.ordinal,
      { ...caughtInside(one, all, read), ...touchedBy(range, read, nameOf) },
    ]),
  );
}

/**
 * How often it met an error that something inside the server caught: the server answered that all is well, and aborted
 * a part of what it had done. Statements that were refused or that rolled back by themselves abort openly.
 */
function caughtInside(
  { statement, wal }: WrittenBy,
  all: readonly WrittenBy[],
  read: Observed<ReadWal>,
): Pick<ToldByWal, 'caught'> {
  if (abortsOpenly(statement)) return {};
  if (!read.seen) return { caught: read };
  const open = all.filter((other) => abortsOpenly(other.statement));
  const hidden = read.value.aborts.filter((at) => isWithin(at, wal) && !open.some((other) => isWithin(at, other.wal)));
  return hidden.length === 0 ? {} : { caught: observed(hidden.length) };
}

function touchedBy(
  range: number,
  read: Observed<ReadWal>,
  nameOf: (filenode: number) => string | undefined,
): Pick<ToldByWal, 'touched'> {
  if (!read.seen) return { touched: read };
  const touched = read.value.touched.flatMap(({ range: at, filenode, fromPage }): TouchedRows[] => {
    const relation = at === range ? nameOf(filenode) : undefined;
    return relation === undefined ? [] : [{ relation, fromPage }];
  });
  return touched.length === 0 ? {} : { touched: observed(touched) };
}

const abortsOpenly = ({ sqlstate, statusAfter, commandTag }: TappedStatement): boolean =>
  sqlstate !== undefined || statusAfter === null || commandTag === 'ROLLBACK';

const isWithin = (at: number, { from, to }: WalRange): boolean => at >= from && at < to;
