import type { AppName } from '../domain/bundle.ts';
import type { Evidence, RunResult } from '../domain/observation.ts';
import { type RollbackRun, type StatePoint, stateName } from '../domain/run.ts';
import type { JudgedCell } from '../domain/verdict.ts';
import type { Readings } from './collect-evidence.ts';
import type { JudgeContext } from './context.ts';
import { assessCells, gatesAt } from './derive/assess-cells.ts';
import { claimOf, howItEnded } from './derive/attempts.ts';
import { pathOf, reachedExpectedEnd } from './derive/expected-end.ts';
import { sameState } from './derive/same-state.ts';

/** The whole matrix: what was seen, and what should have been and was not. */
export function judgeCells(evidence: Evidence, readings: Readings, context: JudgeContext): readonly JudgedCell[] {
  if (context.manifest.apps === 'none') return [];
  const seen = assessCells(readings, context).map(({ cell }) => cell);
  const missing = [...plannedCells(evidence, context), ...unlookedCells(readings, context)];
  const isThere = (cells: readonly JudgedCell[], { app, boot, state }: JudgedCell) =>
    cells.some((other) => other.app === app && other.boot === boot && other.state === state);
  const all = [...seen, ...missing.filter((cell) => !isThere(seen, cell))];
  const due = [...all, ...forgottenCells(all, context)];
  return [...due, ...unreadCells(context).filter((cell) => !isThere(due, cell))].sort(inOrder(context));
}

/** Planned, and no run brought an answer. */
function plannedCells({ planned, runs }: Evidence, context: JudgeContext): readonly JudgedCell[] {
  return planned.flatMap((spec) => {
    if (spec.scenario !== 'compatibility' && spec.scenario !== 'rollback') return [];
    if (spec.scenario === 'compatibility' && spec.app === 'both') return [];
    const run = runs.find((candidate) => candidate.spec.id === spec.id);
    const because =
      run?.weaknesses.find(({ part }) => part === 'cells')?.because ?? run?.why ?? `${spec.id} did not take place`;
    if (spec.scenario === 'rollback') return [unaskedAfterRollback(spec, run, context, because)];
    return [notRun(spec.app, spec.boot, stateName(spec.state), gatesAt(spec.app, spec.state, context), because)];
  });
}

function unaskedAfterRollback(
  spec: RollbackRun,
  run: RunResult | undefined,
  context: JudgeContext,
  because: string,
): JudgedCell {
  const point = { kind: 'after-rollback' } as const;
  const isWhole = context.manifest.phases.at(-1)?.name === spec.after && spec.stress === undefined;
  const failed = run?.attempts.findLast(({ phase }) => phase === 'rollback');
  return notRun(
    'previous',
    'fresh',
    stateName(point, isWhole ? undefined : spec.id),
    gatesAt('previous', point, context),
    failed === undefined ? because : `the rollback ${howItEnded(failed)}`,
  );
}

/** A stressed run that claims success and ended elsewhere made a state of its own, on which both versions are due. */
function unlookedCells(
  { underLoad, contention, secondStart, interruption }: Readings,
  context: JudgeContext,
): readonly JudgedCell[] {
  return [underLoad, contention, secondStart, interruption]
    .flatMap(({ runs }) => runs)
    .flatMap((run) => {
      const phase = run.attempts.at(-1)?.phase;
      if (phase === undefined || claimOf(run.attempts) !== 'success') return [];
      if (reachedExpectedEnd(context.expected, run.attempts, run.end) !== false) return [];
      return bothApps
        .filter((app) => !(run.aftermath?.cells ?? []).some((cell) => cell.app === app))
        .map((app) => unlooked(app, run, { kind: 'after', phase }, context));
    });
}

function unlooked(app: AppName, run: RunResult, point: StatePoint, context: JudgeContext): JudgedCell {
  const because = `${run.spec.id} ended elsewhere, and ${app} was not started there`;
  return notRun(app, 'fresh', stateName(point, run.spec.id), gatesAt(app, point, context), because);
}

/**
 * The start and the end of every phase must have been asked wherever they gate; a sheet that forgot one must not
 * pass.
 */
function forgottenCells(cells: readonly JudgedCell[], context: JudgeContext): readonly JudgedCell[] {
  if (context.control?.outcome !== 'completed') return [];
  const path = context.expected?.path ?? [];
  return path
    .filter(({ point }) => point.kind !== 'inside')
    .flatMap(({ point, state }) => {
      const names = new Set(
        path.filter((other) => sameState(other.state, state)).map((other) => stateName(other.point)),
      );
      return bothApps
        .filter((app) => gatesAt(app, point, context))
        .filter((app) => !cells.some((cell) => cell.app === app && names.has(cell.state)))
        .map((app) => notRun(app, 'fresh', stateName(point), true, 'no run was planned for it'));
    });
}

/** Nobody can be asked on a state that the quiet run passed and could not read, inside a phase or at its end. */
function unreadCells(context: JudgeContext): readonly JudgedCell[] {
  if (context.control?.outcome !== 'completed') return [];
  return context.control.states.flatMap(({ point, state }) => {
    if (state.seen) return [];
    const because = `the quiet run passed this state and could not look at it (${state.why})`;
    return bothApps
      .filter((app) => gatesAt(app, point, context))
      .map((app) => notRun(app, 'fresh', stateName(point), true, because));
  });
}

const bothApps = ['previous', 'next'] as const;

const notRun = (
  app: AppName,
  boot: 'running' | 'fresh',
  state: string,
  gates: boolean,
  because: string,
): JudgedCell => ({
  app,
  boot,
  state,
  gates,
  outcome: 'not-run',
  probes: [],
  sqlErrors: [],
  because,
});

/** In the order in which the migration passes the states, previous before next, those of other runs last. */
function inOrder({ expected, control }: JudgeContext): (left: JudgedCell, right: JudgedCell) => number {
  const path = expected?.path ?? (control === undefined ? [] : pathOf(control));
  const order = path.map(({ point }) => stateName(point));
  const rank = ({ app, boot, state }: JudgedCell): readonly (string | number)[] => {
    const place = order.indexOf(state.replace(/ in \S+$/, ''));
    return [state.includes(' in ') ? 1 : 0, place < 0 ? order.length : place, state, app === 'previous' ? 0 : 1, boot];
  };
  return (left, right) => {
    const theirs = rank(right);
    for (const [index, mine] of rank(left).entries()) {
      const other = theirs[index] ?? mine;
      if (mine !== other) return mine < other ? -1 : 1;
    }
    return 0;
  };
}
