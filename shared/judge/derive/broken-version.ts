import type { AppName } from '../../domain/bundle.ts';
import type { RunResult } from '../../domain/observation.ts';
import type { StatePoint } from '../../domain/run.ts';
import type { JudgedCell } from '../../domain/verdict.ts';
import type { Draft } from '../checks/check.ts';
import type { JudgeContext } from '../context.ts';
import { type AssessedCell, assessCells, type CellReadings } from './assess-cells.ts';
import { isForNextOnly, unprovenProbes } from './baselines.ts';
import { failingAttempt, isCleanRefusal } from './clean-refusal.ts';
import { quietStatements } from './place.ts';
import { count, listed, shortSql } from './sentences.ts';
import { staleErrors } from './stale-plans.ts';
import { whatItMisses } from './what-it-misses.ts';

/** A version that does not start, fails a probe, or (only a warning) gets new SQL errors behind green probes. */
export function brokenCells(app: AppName, readings: CellReadings, context: JudgeContext): readonly Draft[] {
  const cells = assessCells(readings, context);
  return (
    cells
      .filter(({ cell, point }) => cell.app === app && !isAfterRollback(point))
      // Where only a connection from before fails, that is what stale-cached-plan finds.
      .filter((assessed) => staleErrors(assessed, cells).length === 0)
      .flatMap((assessed) => {
        if (assessed.cell.outcome === 'fail') return isJudgedHere(assessed) ? [failing(app, assessed, context)] : [];
        return assessed.cell.outcome === 'pass' && assessed.newErrors.length > 0
          ? [grumbling(app, assessed, context)]
          : [];
      })
  );
}

/** What a rollback leads back to is judged by impossible-rollback. */
const isAfterRollback = (point: StatePoint): boolean => point.kind === 'after-rollback';

/**
 * What a failed or killed command left is shown in the matrix and judged by half-done-after-crash; what the quiet run
 * left by failing, everybody meets who deploys in spite of it.
 */
const isJudgedHere = ({ cell, run }: AssessedCell): boolean =>
  cell.gates || run.spec.scenario === 'compatibility' || leftByFailing(run);

function leftByFailing(run: RunResult): boolean {
  const attempt = run.spec.scenario === 'control' ? failingAttempt(run) : undefined;
  return attempt !== undefined && !isCleanRefusal(run, attempt);
}

/** Gating cells that prove nothing, and probes for next alone that fail where next should work first of all. */
export function unprovenCells(app: AppName, readings: CellReadings, context: JudgeContext): readonly string[] {
  const own = app === 'next' ? unprovenProbes(readings.compatibility.runs, context, isForNextOnly) : [];
  const cells = assessCells(readings, context)
    .filter(
      ({ cell, point }) => cell.app === app && !isAfterRollback(point) && cell.gates && cell.outcome === 'not-run',
    )
    .map(({ cell }) => `${app} (${cell.boot}) on “${cell.state}”: ${cell.because ?? 'no evidence'}`);
  return [...cells, ...own];
}

function failing(app: AppName, assessed: AssessedCell, context: JudgeContext): Draft {
  const { cell, run, point, observation, dead } = assessed;
  const version = app === 'previous' ? context.manifest.previous : context.manifest.version;
  const probes = cell.probes.filter((probe) => probe.outcome === 'fail');
  const errors = cell.sqlErrors.map(({ sqlstate, sql }) => `${sqlstate} from “${shortSql(sql)}”`);
  const what = whatFails(assessed);
  const said =
    probes.length === 0
      ? (cell.because ?? 'it never became ready')
      : listed(probes.map(({ name, detail }) => (probes.length === 1 ? detail : `${name}: ${detail}`)));
  const behind = errors.length === 0 ? '' : ` It got ${listed(errors, 3)}.`;
  return {
    ...(cell.gates ? {} : { severity: 'warns' as const }),
    title: `${app} (${version}) ${what} on the state “${cell.state}”`,
    summary: `${app} (${version}, ${cell.boot === 'fresh' ? 'freshly started' : 'kept running'}) ${what}: ${said}.${behind}${needNot(run, cell, context)}`,
    runs: [run],
    ...placeOfState(point, context),
    app,
    state: cell.state,
    facts: {
      boot: cell.boot,
      probes: probes.map(({ name }) => name),
      sqlErrors: cell.sqlErrors,
      ...(dead.length === 0 ? {} : { workers: dead.map(({ name }) => name) }),
    },
    remedy: remedyFor(app, { cell, run, point, observation, newErrors: [], dead }, context),
  };
}

function whatFails({ cell, observation, dead }: AssessedCell): string {
  const probes = cell.probes.filter(({ outcome }) => outcome === 'fail').map(({ name }) => name);
  if (probes.length > 0) return `fails “${listed(probes, 2)}”`;
  if (observation.endedByItself !== undefined) return 'does not stay alive';
  if (dead.length === 0) return 'does not start';
  return `loses its background process “${listed(
    dead.map(({ name }) => name),
    2,
  )}”`;
}

function needNot(run: RunResult, cell: JudgedCell, { manifest }: JudgeContext): string {
  if (cell.gates) return '';
  return leftByFailing(run)
    ? ' The command failed there: whoever deploys in spite of that, or deployed before, meets this.'
    : ` Under ${manifest.overlap} it need not live there.`;
}

function grumbling(app: AppName, { cell, run, point, newErrors }: AssessedCell, context: JudgeContext): Draft {
  const shapes = newErrors.map(({ sqlstate, sql, count: times }) => `${times} × ${sqlstate} from “${shortSql(sql)}”`);
  return {
    severity: 'warns',
    title: `${app} gets ${count(newErrors.length, 'new SQL error')} on the state “${cell.state}” behind green probes`,
    summary: `Every probe of ${app} passes, and still the server refused ${listed(shapes)}, which it did not refuse in the baseline.`,
    runs: [run],
    ...placeOfState(point, context),
    app,
    state: cell.state,
    facts: { sqlErrors: newErrors },
    remedy: { text: 'Add a probe that shows whether anybody notices, then run: rehearse run . --only compatibility' },
  };
}

/** The statement that made a state inside a phase; the end of a phase has no single one. */
export function placeOfState(point: StatePoint, context: JudgeContext): Pick<Draft, 'phase' | 'file' | 'line'> {
  if (point.kind !== 'inside' && point.kind !== 'after') return {};
  const statements = quietStatements(context, point.phase);
  const committing =
    point.kind === 'inside'
      ? statements.find((statement) => statement.committed === point.committed)
      : statements.findLast((statement) => statement.file !== undefined);
  const located =
    committing?.file === undefined
      ? statements.findLast(
          (s) => s.transaction === committing?.transaction && s.transaction !== null && s.file !== undefined,
        )
      : committing;
  return { phase: point.phase, file: located?.file, line: located?.line };
}

export function remedyFor(app: AppName, assessed: AssessedCell, context: JudgeContext): Draft['remedy'] {
  const sql = whatItMisses(app, assessed, context);
  const inRun = assessed.observation.inRun !== undefined;
  const again = 'rehearse run . --only compatibility';
  if (sql !== undefined && inRun)
    return { text: 'Make the migration fail as a whole under stress. Where it has happened, close the gap:', sql };
  if (app === 'next')
    return { text: `Give next what it needs in a phase that runs before it is started, then run: ${again}` };
  const text = 'Keep what previous uses until it is gone: expand first, contract in an after-rollout phase';
  return sql === undefined ? { text: `${text}, then run: ${again}` } : { text: `${text}. What it misses:`, sql };
}
