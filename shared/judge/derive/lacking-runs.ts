import type { Manifest } from '../../domain/bundle.ts';
import type { RunResult } from '../../domain/observation.ts';
import type { RollbackRun, RunSpec } from '../../domain/run.ts';
import { hadLocksRead } from '../../plan/known-locks.ts';
import { runLimits } from '../../plan/limits.ts';
import { mixedNotDue } from '../../plan/mixed-due.ts';
import { standbyNotDue } from '../../plan/standby-due.ts';
import type { Reading, ReadingName, Readings } from '../collect-evidence.ts';
import { listed } from './sentences.ts';

interface Known {
  readonly manifest: Manifest;
  readonly control: RunResult;
  /** Tables that were there before and that the migration locks against writers. */
  readonly strongLocks: readonly string[];
}

/**
 * What the control run shows has to be tried must have been planned. A sheet that forgot it would otherwise look
 * like a migration that has nothing to fear.
 */
export function lackingRuns(readings: Readings, known: Known): Readings {
  if (known.control.outcome !== 'completed') return stressNeverPlanned(readings, known);
  return {
    ...readings,
    underLoad: expectRuns(readings.underLoad, loadIsDue(known), 'no run under load was planned'),
    contention: {
      ...expectRuns(
        readings.contention,
        known.manifest.overlap !== 'stop-the-world' && known.strongLocks.length > 0,
        `no contention was planned although the migration locks ${known.strongLocks.join(', ')}`,
      ),
      unplanned: lockGaps(readings, known),
    },
    secondStart: expectRuns(
      readings.secondStart,
      known.manifest.overlap !== 'stop-the-world' && commits(known.control),
      'no second start of the migration was planned',
    ),
    interruption: expectRuns(readings.interruption, commits(known.control), 'no interruption was planned'),
    rollback: expectRollbacks(readings.rollback, known.manifest),
    standby: expectRuns(readings.standby, standbyNotDue(known.manifest) === undefined, 'no standby was planned'),
    mixed: expectRuns(
      readings.mixed,
      mixedNotDue(known.manifest) === undefined,
      'the two versions were never asked side by side',
    ),
    steady: expectRuns(readings.steady, known.manifest.steadyMs > 0, 'no steady state was planned'),
    compatibility: expectRuns(
      readings.compatibility,
      known.manifest.apps !== 'none',
      'no version was asked on any state',
    ),
  };
}

function stressNeverPlanned(readings: Readings, { manifest }: Known): Readings {
  const because = ['the control run failed, so nothing could be aimed at what it does'];
  const always: readonly ReadingName[] = ['underLoad', 'contention', 'secondStart', 'interruption', 'compatibility'];
  const stressed: readonly ReadingName[] = [
    ...always,
    ...(manifest.rollback === undefined ? [] : ['rollback' as const]),
    ...(mixedNotDue(manifest) === undefined ? ['mixed' as const] : []),
    ...(manifest.steadyMs > 0 ? ['steady' as const] : []),
    ...(standbyNotDue(manifest) === undefined ? ['standby' as const] : []),
  ];
  const marked = stressed.map((name) => [name, { ...readings[name], unplanned: because }]);
  return { ...readings, ...(Object.fromEntries(marked) as Partial<Readings>) } as Readings;
}

function expectRuns(reading: Reading, due: boolean, because: string): Reading {
  const nothing = reading.runs.length === 0 && reading.missing.length === 0;
  return due && nothing ? { ...reading, missing: [because] } : reading;
}

/** From the end of every phase; of many the run sheet samples some, and says so. */
function expectRollbacks(reading: Reading, { rollback, phases }: Manifest): Reading {
  if (rollback === undefined) return reading;
  if (phases.length > runLimits.rollbackRuns) return expectRuns(reading, true, 'no rollback was planned');
  const forgotten = phases
    .filter(({ name }) => !reading.runs.some(({ spec }) => isQuietRollback(spec) && spec.after === name))
    .map(({ name }) => `no rollback was planned after ${name}`);
  // Those that were planned and did not take place are told as that.
  return reading.missing.length > 0 ? reading : { ...reading, missing: forgotten };
}

/** Those that are made harder are aimed by a quiet one. */
const isQuietRollback = (spec: RunSpec): spec is RollbackRun =>
  spec.scenario === 'rollback' && spec.stress === undefined;

/** Traffic is due wherever something is locked that others use, or the team brought statements of its own. */
function loadIsDue({ manifest, strongLocks }: Known): boolean {
  return manifest.overlap !== 'stop-the-world' && (strongLocks.length > 0 || manifest.load.statements.length > 0);
}

const commits = (control: RunResult): boolean =>
  control.attempts.some((attempt) => attempt.statements.some((statement) => statement.committed !== undefined));

/**
 * Locks of statements that commit by themselves are seen by the traced run only; without it contention was aimed
 * blindly, and so it was at what that run did not come to.
 */
function lockGaps({ traced }: Readings, { control, manifest }: Known): readonly string[] {
  if (manifest.overlap === 'stop-the-world') return [];
  const [seen] = traced.runs;
  const unseen = control.attempts.flatMap(({ phase, statements }) =>
    statements
      .filter((statement) => statement.transaction === null && statement.committed !== undefined)
      .filter((statement) => seen === undefined || !hadLocksRead(phase, statement, seen))
      .map(({ ordinal }) => `statement ${ordinal} of ${phase}`),
  );
  if (unseen.length === 0) return [];
  const what = 'the locks of statements that commit by themselves were not seen';
  return [
    seen === undefined
      ? `${what}: control-traced did not take place`
      : `${what}: control-traced did not come to ${listed(unseen, 3)}`,
  ];
}
