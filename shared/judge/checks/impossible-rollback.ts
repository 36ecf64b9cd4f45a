import type { MigrationAttempt, RunResult } from '../../domain/observation.ts';
import type { StatePoint } from '../../domain/run.ts';
import { gates } from '../../plan/gating.ts';
import type { JudgeContext } from '../context.ts';
import { type AssessedCell, assessCells, type CellReadings } from '../derive/assess-cells.ts';
import { endedWell, howItEnded, refusals } from '../derive/attempts.ts';
import { placeOf } from '../derive/place.ts';
import { listed, shortSql } from '../derive/sentences.ts';
import { type Draft, defineCheck } from './check.ts';

/** The way back that a team relies on at three in the morning has to be one that somebody has walked. */
export const impossibleRollback = defineCheck({
  id: 'impossible-rollback',
  title: 'There is no way back',
  why: 'The plan for a bad deploy is to go back: when that fails too, there is no plan.',
  incident: 'rename-cleanup-trigger-blocks-revert',
  severity: 'blocks',
  needs: ['rollback', 'compatibility'],
  uses: ['control', 'underLoad', 'contention', 'secondStart', 'interruption'],
  parts: ['migration', 'cells'],
  notApplicable: ({ manifest }) =>
    manifest.rollback === undefined && (manifest.apps === 'none' || !hasPointOfNoReturn(manifest))
      ? 'no rollback is declared, and previous must live on every state'
      : undefined,
  find: (readings, context) => {
    const cells = assessCells(readings, context);
    const failed = readings.rollback.runs.flatMap((run) => failedRollback(run, context));
    return [
      ...failed,
      ...cells.filter(isBrokenAfterRollback).map((assessed) => brokenAfterRollback(assessed, context)),
      ...pointOfNoReturn(cells, readings, context),
    ];
  },
  lacks: (readings, context) => unwalked(readings, context),
});

const hasPointOfNoReturn = (manifest: JudgeContext['manifest']): boolean =>
  manifest.phases.some(({ name }) => isNoReturn({ kind: 'after', phase: name }, manifest));

/** Where the deployment has gone too far for previous: behind the rollout, and it need not live there. */
const isNoReturn = (point: StatePoint, manifest: JudgeContext['manifest']): boolean =>
  point.kind === 'after' &&
  manifest.phases.find(({ name }) => name === point.phase)?.when === 'after-rollout' &&
  !gates(manifest, 'previous', point);

const rollbackOf = ({ attempts }: RunResult): MigrationAttempt | undefined =>
  attempts.findLast(({ phase }) => phase === 'rollback');

function failedRollback(run: RunResult, context: JudgeContext): readonly Draft[] {
  const attempt = rollbackOf(run);
  if (attempt === undefined || endedWell(attempt) || run.spec.scenario !== 'rollback') return [];
  const { after, stress } = run.spec;
  const refused = refusals(attempt).at(-1);
  const at =
    refused === undefined
      ? ''
      : ` The server refused “${shortSql(refused.sql)}” with ${refused.sqlstate}${refused.message === undefined ? '' : ` (${refused.message})`}.`;
  return [
    {
      title: `The declared rollback ${howItEnded(attempt)} after ${after}${stressed[stress?.kind ?? 'quiet'].title}`,
      summary: `${stressed[stress?.kind ?? 'quiet'].summary(after)}, and the rollback ${howItEnded(attempt)}.${at}`,
      runs: [run],
      ...(refused === undefined ? { phase: 'rollback' } : placeOf(refused, 'rollback', context)),
      state: `after ${after}`,
      facts: { after, exitCode: attempt.exitCode, sqlstate: refused?.sqlstate ?? null },
      remedy: {
        text: `Make every statement of the rollback work whether or not its change is there (IF EXISTS), drop what depends on it first, then run: rehearse run . --only rollback`,
      },
    },
  ];
}

/** What made the way back harder, in words. */
const stressed = {
  quiet: { title: '', summary: (after: string) => `Nobody else was in the room: ${after} had just completed` },
  written: { title: ' and what next wrote', summary: (after: string) => `After ${after} next had written its rows` },
  interrupted: {
    title: ', once it was interrupted',
    summary: (after: string) => `After ${after} the rollback was killed half way and run again`,
  },
  'under-load': {
    title: ' under load',
    summary: (after: string) => `After ${after} traffic went on, the rollback did not get through and was run again`,
  },
} as const;

const isBrokenAfterRollback = ({ cell, point, run }: AssessedCell): boolean =>
  run.spec.scenario === 'rollback' && point.kind === 'after-rollback' && cell.outcome === 'fail';

function brokenAfterRollback({ cell, run, observation }: AssessedCell, context: JudgeContext): Draft {
  const { after = '', stress = undefined } = run.spec.scenario === 'rollback' ? run.spec : {};
  const errors = observation.sqlErrors.map(({ sqlstate, sql }) => `${sqlstate} from “${shortSql(sql)}”`);
  return {
    title: `previous (${context.manifest.previous}) does not work after the rollback from ${after}${stressed[stress?.kind ?? 'quiet'].title}`,
    summary: `The rollback exited 0, and previous fails on what it leads back to: ${cell.because ?? 'it never became ready'}.${errors.length === 0 ? '' : ` It got ${listed(errors, 3)}.`}`,
    runs: [run],
    phase: 'rollback',
    app: 'previous',
    state: cell.state,
    facts: { after, sqlErrors: observation.sqlErrors },
    remedy: {
      text: 'Make the rollback restore what previous reads and writes, then run: rehearse run . --only rollback,compatibility',
    },
  };
}

/** Only the first: behind it there is nothing left to go back to. */
function pointOfNoReturn(
  cells: readonly AssessedCell[],
  { rollback }: CellReadings,
  context: JudgeContext,
): readonly Draft[] {
  const leadsBack = (phase: string) =>
    rollback.runs.some((run) => run.spec.scenario === 'rollback' && run.spec.after === phase);
  const phases = context.manifest.phases.map(({ name }) => name);
  const broken = cells
    .filter(({ cell, point, run }) => {
      if (run.spec.scenario !== 'compatibility' || cell.app !== 'previous' || cell.outcome !== 'fail') return false;
      return isNoReturn(point, context.manifest) && point.kind === 'after' && !leadsBack(point.phase);
    })
    .toSorted((left, right) => phases.indexOf(phaseOf(left)) - phases.indexOf(phaseOf(right)));
  const first = broken[0];
  if (first === undefined) return [];
  const phase = phaseOf(first);
  return [
    {
      severity: 'warns',
      title: `${phase} is the point of no return`,
      summary: `Previous (${context.manifest.previous}) does not work on the state “${first.cell.state}” (${first.cell.because ?? 'it never became ready'}), and no rollback is declared: from here the only way is forward.`,
      runs: [first.run],
      phase,
      app: 'previous',
      state: first.cell.state,
      facts: { boot: first.cell.boot },
      remedy: {
        text: `Deploy ${phase} only when nobody wants to go back any more, or declare a \`rollback\` and run: rehearse run . --only rollback,compatibility`,
      },
    },
  ];
}

const phaseOf = ({ point }: AssessedCell): string => (point.kind === 'after' ? point.phase : '');

/** Ways back that did not begin, and versions that were not asked at their end. */
function unwalked(readings: CellReadings, context: JudgeContext): readonly string[] {
  const unstarted = readings.rollback.runs
    .filter((run) => rollbackOf(run) === undefined)
    .map(({ spec }) => `${spec.id}: the rollback was not started`);
  const unasked = assessCells(readings, context)
    .filter(({ cell, run }) => run.spec.scenario === 'rollback' && cell.gates && cell.outcome === 'not-run')
    .map(({ cell }) => `previous on “${cell.state}”: ${cell.because ?? 'no evidence'}`);
  return [...unstarted, ...unasked];
}
