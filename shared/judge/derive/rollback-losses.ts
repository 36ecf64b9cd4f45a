import type { RunResult } from '../../domain/observation.ts';
import type { Observed } from '../../domain/observed.ts';
import type { ValuesLost, WayBack } from '../../domain/recovery.ts';
import type { RollbackRun } from '../../domain/run.ts';
import type { DatabaseState } from '../../domain/schema.ts';
import type { Recovery } from '../../domain/verdict.ts';
import { endedWell } from './attempts.ts';
import { type RowLoss, rowLosses, rowLossesBetween, uncountedLosses } from './row-losses.ts';

/** What one table loses on the way back from the end of one phase. */
export interface RollbackLoss {
  readonly run: RunResult;
  readonly after: string;
  readonly relation: string;
  /** Rows that are gone; 0: only columns. */
  readonly rows: number;
  readonly isGone: boolean;
  readonly columns: readonly ValuesLost[];
}

type Walked = RunResult & { readonly spec: RollbackRun };

/** Ways back that worked with nobody else in the room; what next wrote before may be among what they lose. */
export const quietWaysBack = (runs: readonly RunResult[]): readonly Walked[] =>
  runs.filter((run): run is Walked => {
    const last = run.attempts.findLast(({ phase }) => phase === 'rollback');
    if (run.spec.scenario !== 'rollback' || last === undefined || !endedWell(last)) return false;
    return run.spec.stress === undefined || run.spec.stress.kind === 'written';
  });

/** For each table and phase the greater loss: of two runs one had next write first. */
export function rollbackLosses(runs: readonly RunResult[]): readonly RollbackLoss[] {
  const all = quietWaysBack(runs).flatMap(lossesOf);
  const size = ({ rows, columns }: RollbackLoss) => rows + columns.reduce((sum, { values }) => sum + values, 0);
  return Map.groupBy(all, ({ after, relation }) => `${after} ${relation}`)
    .values()
    .flatMap((same) => same.toSorted((left, right) => size(right) - size(left)).slice(0, 1))
    .toArray();
}

/** Rows and values of which nobody knows whether they are still there. */
export function unseenLosses(runs: readonly RunResult[]): readonly string[] {
  return quietWaysBack(runs).flatMap((run) => {
    const attempt = rollbackAttempt(run);
    const unread = run.valuesLost?.seen === false ? [`${run.spec.id}: ${run.valuesLost.why}`] : [];
    const uncounted = attempt === undefined ? [] : uncountedLosses(asQuiet(run), attempt);
    return [...unread, ...uncounted.map((because) => `${run.spec.id}: ${because}`)];
  });
}

function lossesOf(run: Walked): readonly RollbackLoss[] {
  const attempt = rollbackAttempt(run);
  const rows = attempt === undefined ? [] : rowLosses(asQuiet(run), attempt);
  const values = run.valuesLost?.seen === true ? run.valuesLost.value : [];
  return lossesByTable(rows, values).map((loss) => ({ run, after: run.spec.after, ...loss }));
}

function lossesByTable(
  rows: readonly Omit<RowLoss, 'phase'>[],
  values: readonly ValuesLost[],
): readonly Omit<RollbackLoss, 'run' | 'after'>[] {
  const relations = [...new Set([...rows, ...values].map(({ relation }) => relation))].sort();
  return relations.map((relation) => {
    const lost = rows.find((loss) => loss.relation === relation);
    return {
      relation,
      rows: lost === undefined ? 0 : lost.before - lost.after,
      isGone: lost?.isGone ?? false,
      columns: values.filter((column) => column.relation === relation),
    };
  });
}

const rollbackAttempt = (run: RunResult) => run.attempts.find(({ phase }) => phase === 'rollback');

/** Books of the tools are no data: that a version is taken out of them is the purpose. */
function asQuiet(run: RunResult) {
  const states = [run.before, run.end, ...run.states.map(({ state }) => state)];
  const books = states.flatMap((state) => (state.seen ? state.value.ledgers : []));
  return { run, traced: undefined, ledgers: new Set(books.map(({ relation }) => relation)) };
}

type Loses = NonNullable<Recovery['loses']>;

/** What the report names as lost on the way back from the end of this phase. */
export const lossesAfter = (after: string, runs: readonly RunResult[]): Loses =>
  rollbackLosses(runs)
    .filter((loss) => loss.after === after)
    .map(asLost);

/** The same for a way back from a state that a run was left in. */
export function lossesBetween(from: Observed<DatabaseState> | undefined, back: WayBack): Loses {
  if (from?.seen !== true || !back.end.seen) return [];
  const books = new Set([...from.value.ledgers, ...back.end.value.ledgers].map(({ relation }) => relation));
  const rows = rowLossesBetween(from.value, back.end.value, books);
  return lossesByTable(rows, back.valuesLost.seen ? back.valuesLost.value : []).map(asLost);
}

const asLost = ({ relation, rows, columns }: Pick<RollbackLoss, 'relation' | 'rows' | 'columns'>): Loses[number] => ({
  relation,
  ...(rows === 0 ? {} : { rows }),
  ...(columns.length === 0 ? {} : { columns: columns.map(({ column }) => column) }),
});
