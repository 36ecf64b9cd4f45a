import type { AppName } from '../../shared/domain/bundle.ts';
import type { ColumnCensus } from '../../shared/domain/census.ts';
import { type Observed, observed, unobserved } from '../../shared/domain/observed.ts';
import { SqlError } from '../../shared/edge/ports/sql.ts';
import type { LiveRun } from '../live-run.ts';
import {
  type CensusColumn,
  type ColumnValues,
  findCensusColumns,
  keyOf,
  nextTransaction,
  readCensus,
} from '../probes/read-census.ts';

type Moment = ReadonlyMap<string, ColumnValues>;

/** Counts on the way of one run, each time it is told to; only numbers come out of it. */
export interface ValueCensus {
  /** What was written up to here is nobody's: the phases' own. */
  mark(): Promise<void>;
  /** This version was asked since the last count. */
  after(app: AppName): Promise<void>;
  /** The last phase has ended. */
  atEnd(): Promise<void>;
  told(): Observed<readonly ColumnCensus[]>;
}

export async function openValueCensus(run: LiveRun): Promise<ValueCensus> {
  const by = { previous: new Map<string, Set<string>>(), next: new Map<string, Set<string>>() };
  let failure: string | undefined;
  let columns: readonly CensusColumn[] = [];
  let since = 0;
  let last: Moment = new Map();
  let end: Moment | undefined;
  const guarded = async (work: () => Promise<void>): Promise<void> => {
    if (failure !== undefined) return;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      failure = `the values could not be counted: ${run.redact.message(error.message)}`;
    }
  };
  const count = (work: (now: Moment) => void) =>
    guarded(async () => {
      const { values, next } = await run.observer.look(async (admin) => ({
        values: await readCensus(admin, columns, since),
        next: await nextTransaction(admin),
      }));
      const now = new Map(values.map((column) => [keyOf(column), column]));
      work(now);
      since = next;
      last = now;
    });
  await guarded(async () => {
    columns = await run.observer.look(findCensusColumns);
  });
  await count(() => undefined);
  const first = last;
  return {
    mark: () => count(() => undefined),
    after: (app) =>
      count((now) => {
        for (const [key, column] of now) {
          add(by[app], key, app === 'next' ? column.written : grown(last.get(key), column.rows));
        }
      }),
    atEnd: () =>
      count((now) => {
        end = now;
      }),
    told: () => {
      if (failure !== undefined) return unobserved(failure);
      if (end === undefined) return unobserved('the end of the last phase was not reached');
      return observed([...end].map(([key, at]) => told(at, first.get(key), by.previous.get(key), by.next.get(key))));
    },
  };
}

/** Values that more rows hold than before: a value that only moved with its row was not written. */
const grown = (before: ColumnValues | undefined, rows: ReadonlyMap<string, number>): Iterable<string> =>
  [...rows].filter(([value, number]) => number > (before?.rows.get(value) ?? 0)).map(([value]) => value);

function add(to: Map<string, Set<string>>, key: string, values: Iterable<string>): void {
  to.set(key, new Set([...(to.get(key) ?? []), ...values]));
}

function told(
  end: ColumnValues,
  first: ColumnValues | undefined,
  previous: ReadonlySet<string> = new Set(),
  next: ReadonlySet<string> = new Set(),
): ColumnCensus {
  const left = [...end.rows].filter(
    ([value]) => first?.rows.has(value) === true && previous.has(value) && !next.has(value),
  );
  const known = (value: string) => first?.rows.has(value) === true || previous.has(value);
  return {
    relation: end.relation,
    column: end.column,
    isDeclared: end.isDeclared,
    values: end.rows.size,
    writtenByNext: next.size,
    newWithNext: [...next].filter((value) => !known(value)).length,
    left: { values: left.length, rows: left.reduce((sum, [, rows]) => sum + rows, 0) },
  };
}
