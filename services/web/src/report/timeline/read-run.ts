import { blocksReaders, blocksWriters, type LockMode, lockModes } from '../../../../../shared/domain/lock.ts';
import type { Report, ReportAttempt, ReportRun, ReportStatement } from '../../../../../shared/domain/report.ts';
import { statementKey } from '../find-statement.ts';
import { remembered } from './remembered.ts';
import { around, type RunSpans, runSpans } from './run-spans.ts';
import type { Span } from './time-scale.ts';

export interface StatementBar extends Span {
  readonly key: string;
  readonly attempt: ReportAttempt;
  readonly statement: ReportStatement;
  /** Until then it waited for a lock. */
  readonly waitedUntilMs: number;
}

export interface LockBar extends Span {
  readonly key: string;
  readonly kind: 'requested' | 'held';
  readonly mode: LockMode;
}

export interface LockLane {
  readonly relation: string;
  readonly bars: readonly LockBar[];
}

/** A run as the timeline draws it; all times are of the run's clock. */
export interface RunReading extends RunSpans {
  readonly run: ReportRun;
  /** The migration's first statement: the zero of the axis. */
  readonly originMs: number;
  readonly attempts: readonly { readonly attempt: ReportAttempt; readonly bars: readonly StatementBar[] }[];
  readonly locks: readonly LockLane[];
}

export const readRun = (report: Report, run: ReportRun): RunReading => readerOf(report)(run);

const readerOf = remembered((report: Report) => remembered((run: ReportRun) => read(report, run)));

function read(report: Report, run: ReportRun): RunReading {
  const attempts = run.migration.map((attempt) => ({
    attempt,
    bars: attempt.statements.map((statement) => statementBar(attempt, statement)),
  }));
  const bars = attempts.flatMap((one) => one.bars);
  const spans = runSpans(run, bars);
  const begins =
    bars.length === 0
      ? undefined
      : bars.reduce((first, { fromMs }) => Math.min(first, fromMs), Number.POSITIVE_INFINITY);
  return { run, ...spans, originMs: begins ?? spans.whole.fromMs, attempts, locks: lockLanes(report, run, bars) };
}

/** Where the statements are, without the traffic before and after. */
export const migrationSpan = ({ attempts, whole }: RunReading): Span =>
  around(attempts.flatMap(({ bars }) => bars)) ?? whole;

/** The same statement of the quiet run, which others have not disturbed. */
export function quietTwin(bar: StatementBar, quiet: RunReading): ReportStatement | undefined {
  return twinsOf(quiet).get(twinKey(bar));
}

/** The first of equal ones stands for them. */
const twinsOf = remembered(
  (quiet: RunReading): ReadonlyMap<string, ReportStatement> =>
    new Map(
      quiet.attempts
        .flatMap(({ bars }) => bars)
        .toReversed()
        .map((bar) => [twinKey(bar), bar.statement]),
    ),
);

function statementBar(attempt: ReportAttempt, statement: ReportStatement): StatementBar {
  const { startedAtMs, durationMs, waitedMs } = statement;
  return {
    key: statementKey(attempt, statement),
    attempt,
    statement,
    fromMs: startedAtMs,
    // What it took contains what it waited.
    toMs: startedAtMs + Math.max(durationMs, waitedMs),
    waitedUntilMs: startedAtMs + waitedMs,
  };
}

/** Locks that stop somebody, a lane a relation, the strongest first. */
function lockLanes(report: Report, run: ReportRun, bars: readonly StatementBar[]): readonly LockLane[] {
  const twins = twinLocks(report);
  const found = new Map<string, LockBar[]>();
  const strongest = new Map<string, number>();
  for (const bar of bars) {
    const own = bar.statement.locks.filter(stops);
    const asked = own.length > 0 || bar.statement.waitedMs < 1 ? own : (twins.get(twinKey(bar)) ?? []).filter(stops);
    for (const { relation, mode, heldMs } of asked) {
      const lane = found.get(relation) ?? [];
      found.set(relation, lane);
      strongest.set(relation, Math.max(strongest.get(relation) ?? -1, lockModes.indexOf(mode)));
      const waitsHere = run.fault?.relation === undefined || run.fault.relation === relation;
      if (bar.statement.waitedMs >= 1 && waitsHere) {
        lane.push({ key: bar.key, kind: 'requested', mode, fromMs: bar.fromMs, toMs: bar.waitedUntilMs });
      }
      // A statement that was refused never got it.
      if (bar.statement.sqlstate === undefined && own.length > 0) {
        const fromMs = Math.max(bar.fromMs, bar.waitedUntilMs);
        // It counts from when the lock was asked for: whoever came meanwhile waited behind the request.
        lane.push({ key: bar.key, kind: 'held', mode, fromMs, toMs: Math.max(fromMs, bar.fromMs + heldMs) });
      }
    }
  }
  return [...found]
    .map(([relation, all]) => ({ relation, bars: all }))
    .toSorted((a, b) => (strongest.get(b.relation) ?? 0) - (strongest.get(a.relation) ?? 0));
}

const stops = ({ mode }: { readonly mode: LockMode }): boolean => blocksReaders(mode) || blocksWriters(mode);

const twinKey = ({ attempt, statement }: StatementBar): string =>
  JSON.stringify([attempt.phase, statement.ordinal, statement.sql]);

/** What the quiet run's statements locked: one that never got its lock shows none. */
const twinLocks = remembered(({ runs }: Report): ReadonlyMap<string, ReportStatement['locks']> => {
  const attempts = runs[0]?.migration ?? [];
  return new Map(
    attempts.flatMap((attempt) =>
      attempt.statements.map(
        (statement) => [JSON.stringify([attempt.phase, statement.ordinal, statement.sql]), statement.locks] as const,
      ),
    ),
  );
});
