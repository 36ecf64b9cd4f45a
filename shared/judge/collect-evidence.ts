import { blocksWriters } from '../domain/lock.ts';
import type { Evidence, RunResult } from '../domain/observation.ts';
import type { RunSpec, Scenario } from '../domain/run.ts';
import { knownLocks } from '../plan/known-locks.ts';
import { mixedNotDue } from '../plan/mixed-due.ts';
import { isTable, wasThereFor } from '../plan/reached-states.ts';
import { standbyNotDue } from '../plan/standby-due.ts';
import { lackingRuns } from './derive/lacking-runs.ts';
import { derivedWeaknesses } from './derive/weaknesses.ts';

/** What one group of runs showed, and what of it is missing. */
export interface Reading {
  /** Runs that took place, in the order of the run sheet. */
  readonly runs: readonly RunResult[];
  /** Runs that were due and did not take place, each with the reason. */
  readonly missing: readonly string[];
  /** Why runs of this kind could never be planned: the control run did not lead there. */
  readonly unplanned: readonly string[];
}

export const readingNames = [
  'control',
  'controlUnlimited',
  'traced',
  'underLoad',
  'contention',
  'secondStart',
  'interruption',
  'rollback',
  'compatibility',
  'mixed',
  'standby',
  'steady',
] as const;
export type ReadingName = (typeof readingNames)[number];
export type Readings = Readonly<Record<ReadingName, Reading>>;

/** Sorts evidence into readings; a run that did not take place is told as missing, never as a run without findings. */
export function collectEvidence(evidence: Evidence): Readings {
  const control = group(evidence, 'control', isControl('declared'));
  const traced = group(evidence, 'control', isControl('traced'));
  const first = control.runs[0];
  const collected = {
    control:
      first === undefined && control.missing.length === 0 ? lacking(control, 'no control run was planned') : control,
    controlUnlimited: group(evidence, 'control', isControl('unlimited')),
    traced,
    underLoad: group(evidence, 'under-load', (spec) => !isSteady(spec)),
    contention: group(evidence, 'contention', (spec) => !isSecondStart(spec)),
    secondStart: group(evidence, 'contention', isSecondStart),
    interruption: group(evidence, 'interruption', () => true),
    // Nobody misses a way back that was never promised.
    rollback: evidence.bundle.manifest.rollback === undefined ? nothing : group(evidence, 'rollback', () => true),
    compatibility: group(evidence, 'compatibility', (spec) => !isMixed(spec)),
    mixed: mixedNotDue(evidence.bundle.manifest) === undefined ? group(evidence, 'compatibility', isMixed) : nothing,
    steady: evidence.bundle.manifest.steadyMs === 0 ? nothing : group(evidence, 'under-load', isSteady),
    standby: standbyNotDue(evidence.bundle.manifest) === undefined ? group(evidence, 'standby', () => true) : nothing,
  };
  if (first === undefined) return afterMissingControl(collected);
  const locks = strongLocks(first, traced.runs[0]);
  return lackingRuns(collected, { manifest: evidence.bundle.manifest, control: first, strongLocks: locks });
}

function group(evidence: Evidence, scenario: Scenario, wanted: (spec: RunSpec) => boolean): Reading {
  const missing: string[] = [];
  const belongs = (spec: RunSpec) => spec.scenario === scenario && wanted(spec);
  const found = evidence.runs.filter((run) => belongs(run.spec));
  // The control run is made whatever is left out: everything else is aimed by it.
  if (evidence.leftOut.includes(scenario) && found.length === 0) missing.push(`${scenario} was left out by the caller`);
  for (const spec of evidence.planned.filter(belongs)) {
    const result = found.find((run) => run.spec.id === spec.id);
    if (result === undefined) missing.push(`${spec.id} did not take place`);
    else if (result.outcome === 'not-run')
      missing.push(`${spec.id} did not take place: ${result.why ?? 'no reason was given'}`);
  }
  const runs = found
    .filter((run) => run.outcome !== 'not-run')
    .map((run) => ({ ...run, weaknesses: [...run.weaknesses, ...derivedWeaknesses(run, evidence)] }));
  return { runs, missing, unplanned: [] };
}

const nothing: Reading = { runs: [], missing: [], unplanned: [] };

/** Nobody else is in the room there: it has no traffic that could wait, only itself. */
const isSecondStart = (spec: RunSpec) => spec.scenario === 'contention' && spec.holder === 'second-start';

/** Both versions at once: no cell of the matrix, which asks each for itself. */
const isMixed = (spec: RunSpec) => spec.scenario === 'compatibility' && spec.app === 'both';

/** It compares versions; nothing is migrated under that traffic. */
const isSteady = (spec: RunSpec) => spec.scenario === 'under-load' && spec.steady !== undefined;

const isControl = (limits: 'declared' | 'unlimited' | 'traced') => (spec: RunSpec) =>
  spec.scenario === 'control' && spec.limits === limits;

const lacking = (reading: Reading, because: string): Reading => ({
  ...reading,
  missing: [...reading.missing, because],
});

function afterMissingControl(readings: Readings): Readings {
  const because = 'without a control run nothing else could be aimed';
  const rest = Object.entries(readings).map(([name, reading]) =>
    name === 'control' || name === 'controlUnlimited' || name === 'traced'
      ? [name, reading]
      : [name, { ...reading, unplanned: [because] }],
  );
  return Object.fromEntries(rest) as Readings;
}

/**
 * Tables of others that the migration locks against writers: what contention must be tried on. Not asked of who plans
 * it, so that what is forgotten there is missed here.
 */
function strongLocks(control: RunResult, traced: RunResult | undefined): readonly string[] {
  if (!control.before.seen) return [];
  const before = control.before.value;
  const ledgers = new Set(before.ledgers.map((ledger) => ledger.relation));
  const isOthers = (phase: string, relation: string): boolean =>
    !ledgers.has(relation) && (isTable(before, relation) || wasThereFor(control, phase, relation));
  const locked = control.attempts.flatMap(({ phase, statements }) =>
    statements.flatMap((statement) =>
      knownLocks(phase, statement, traced)
        .filter(({ mode, relation }) => blocksWriters(mode) && isOthers(phase, relation))
        .map(({ relation }) => relation),
    ),
  );
  return [...new Set(locked)].sort();
}
