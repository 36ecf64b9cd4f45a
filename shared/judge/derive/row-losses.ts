import { lockModes } from '../../domain/lock.ts';
import type { MigrationAttempt, RunResult } from '../../domain/observation.ts';
import { type Observed, unobserved } from '../../domain/observed.ts';
import type { DatabaseState, RowCount } from '../../domain/schema.ts';
import { knownLocks } from '../../plan/known-locks.ts';
import { startOfPhase } from './clean-refusal.ts';
import { hasUnseenLocks, type QuietRun } from './quiet-locks.ts';

/** A table that holds fewer rows after a phase than before it. */
export interface RowLoss {
  readonly phase: string;
  readonly relation: string;
  readonly before: number;
  readonly after: number;
  /** It is gone, under whatever name. */
  readonly isGone: boolean;
}

/** What one phase of a quiet run took away; nobody else writes there. */
export function rowLosses({ run, ledgers }: QuietRun, attempt: MigrationAttempt): readonly RowLoss[] {
  const { phase } = attempt;
  const start = startOfPhase(run, phase);
  const end = endOfPhase(run, attempt);
  if (!start.seen || !end.seen) return [];
  return rowLossesBetween(start.value, end.value, ledgers).map((loss) => ({ phase, ...loss }));
}

/** The same between any two states of one database. */
export function rowLossesBetween(
  start: DatabaseState,
  end: DatabaseState,
  ledgers: ReadonlySet<string>,
): readonly Omit<RowLoss, 'phase'>[] {
  return start.rowCounts.flatMap((count) => {
    const { relation, rows: before } = count;
    if (ledgers.has(relation) || isUncounted(relation, end)) return [];
    const heirs = heirsOf(count, end);
    const after = Math.max(0, ...heirs.map(({ rows }) => rows));
    if (after >= before || wereMoved(relation, start, end)) return [];
    return [{ relation, before, after, isGone: heirs.length === 0 }];
  });
}

/** It is there, and nobody knows how many rows it has. */
const isUncounted = (relation: string, { schema, rowCounts, uncounted = [] }: DatabaseState): boolean =>
  uncounted.includes(relation) ||
  (schema.objects.some(({ kind, name }) => kind === 'table' && name === relation) &&
    !rowCounts.some((count) => count.relation === relation));

/** The same table under any name, and whatever stands under its name now. */
const heirsOf = ({ relation, oid }: RowCount, end: DatabaseState): readonly RowCount[] =>
  end.rowCounts.filter((other) => other.relation === relation || (oid !== undefined && other.oid === oid));

/** Rows move between the partitions of a table; it is the whole that counts. */
function wereMoved(relation: string, start: DatabaseState, end: DatabaseState): boolean {
  return [start, end].some((state) => {
    const root = rootOf(relation, state);
    return root !== relation && rowsBelow(root, relation, end) >= rowsBelow(root, relation, start);
  });
}

/** Rows of a table and all that is below it; `own` counts wherever it stands. */
const rowsBelow = (root: string, own: string, state: DatabaseState): number =>
  state.rowCounts
    .filter(({ relation }) => relation === own || rootOf(relation, state) === root)
    .reduce((sum, { rows }) => sum + rows, 0);

/** The table that a partition is in the end a part of; itself, where it is none. */
export function rootOf(relation: string, state: DatabaseState): string {
  const tables = new Map(state.schema.objects.flatMap((o) => (o.kind === 'table' ? [[o.name, o]] : [])));
  const seen = new Set<string>();
  let at = relation;
  for (;;) {
    const parents = tables.get(at)?.attributes.parents;
    if (typeof parents !== 'string' || parents === '' || seen.has(at)) return at;
    seen.add(at);
    at = parents.split(', ')[0] ?? at;
  }
}

export function endOfPhase(run: RunResult, { phase }: MigrationAttempt): Observed<DatabaseState> {
  const place = run.states.findLast(({ point }) => point.kind === 'after' && point.phase === phase);
  if (place !== undefined) return place.state;
  return run.attempts.at(-1)?.phase === phase ? run.end : unobserved(`the state after ${phase} was not looked at`);
}

/** Tables that a phase may have taken rows from, and whose rows nobody counted. */
export function uncountedLosses(quiet: QuietRun, attempt: MigrationAttempt): readonly string[] {
  const { phase } = attempt;
  const start = startOfPhase(quiet.run, phase);
  const end = endOfPhase(quiet.run, attempt);
  if (!start.seen) return [`the rows before ${phase} were not counted: ${start.why}`];
  if (!end.seen) return [`the rows after ${phase} were not counted: ${end.why}`];
  const counted = start.value.rowCounts.map(({ relation }) => relation);
  const uncounted = new Set([
    ...(start.value.uncounted ?? []),
    ...(end.value.uncounted ?? []),
    ...counted.filter((relation) => isUncounted(relation, end.value)),
  ]);
  return [...uncounted]
    .filter((relation) => !quiet.ledgers.has(relation) && mayHaveWritten(quiet, attempt, relation))
    .map((relation) => `the rows of ${relation} were not counted before and after ${phase}`);
}

/** No row goes without ROW EXCLUSIVE on its table, and no table without more. */
function mayHaveWritten(quiet: QuietRun, { phase, statements }: MigrationAttempt, relation: string): boolean {
  const writing = lockModes.indexOf('RowExclusiveLock');
  return statements.some(
    (statement) =>
      (statement.committed !== undefined && hasUnseenLocks(quiet, phase, statement)) ||
      knownLocks(phase, statement, quiet.traced).some(
        (lock) => lock.relation === relation && lockModes.indexOf(lock.mode) >= writing,
      ),
  );
}
