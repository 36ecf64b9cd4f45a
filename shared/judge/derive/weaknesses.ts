import type { LoadObservation } from '../../domain/load.ts';
import type { Evidence, RunResult, Weakness } from '../../domain/observation.ts';
import { endedWell } from './attempts.ts';
import { duration, share } from './sentences.ts';

/** CONTRACT section 5: below this size a full copy distorts no timing. */
const copyBytesMax = 10 * 1024 ** 3;
/** Of what was planned; below it the traffic proves little about the locked tables. */
const loadShareMin = 0.8;
/** Of the budget for waits: a generator that is later (99th percentile) shifts latencies by as much. */
const lagPart = 1 / 4;

/** What makes a run weak evidence without its scenario having said so. */
export function derivedWeaknesses(run: RunResult, evidence: Evidence): readonly Weakness[] {
  return [
    ...oldSnapshot(run, evidence),
    ...largeCopy(run, evidence),
    ...weakTraffic(run, evidence),
    ...faultThatMissed(run),
    ...silentCommands(run),
    ...phasesLeftOut(run, evidence),
  ];
}

/** What makes its traffic prove too little; a run on a quieter machine may do better. */
export function weakTraffic(run: RunResult, of: Pick<Evidence, 'bundle'>): readonly Weakness[] {
  return run.load === undefined || nothingToSend(run, of) ? [] : weakLoad(answered(run.load, run), of);
}

/** Told once, of the control run, on whose data everything else rests. */
function oldSnapshot(run: RunResult, { snapshot, rules, startedAt }: Evidence): readonly Weakness[] {
  if (run.spec.scenario !== 'control' || run.spec.limits !== 'declared' || snapshot.dataAsOf === null) return [];
  const ageMs = Date.parse(startedAt) - Date.parse(snapshot.dataAsOf);
  if (ageMs <= rules.snapshotAgeMsMax) return [];
  const because = `the snapshot ${snapshot.name} is ${duration(ageMs)} old, the rules allow ${duration(rules.snapshotAgeMsMax)}`;
  return [{ part: 'migration', because }];
}

function largeCopy(run: RunResult, { snapshot }: Evidence): readonly Weakness[] {
  if (run.cloneMethod !== 'copy' || snapshot.bytes < copyBytesMax || run.load === undefined) return [];
  return [
    { part: 'load', because: 'the clone is a full copy of more than 10 GiB, whose cold cache distorts the timing' },
  ];
}

/** A database without a table that traffic could use, and no statement declared: then silence is what was planned. */
function nothingToSend({ spec }: RunResult, { bundle }: Pick<Evidence, 'bundle'>): boolean {
  if (!('targets' in spec) || spec.targets.length > 0) return false;
  const isOnOwn = spec.scenario === 'contention' && spec.holder === 'row-write';
  return isOnOwn || bundle.manifest.load.statements.length === 0;
}

/** Where next itself is what is looked at, a transaction that it made fail was sent as well as one that committed. */
function answered(load: LoadObservation, { spec }: RunResult): LoadObservation {
  if (spec.scenario !== 'under-load' || spec.steady?.app !== 'next' || load.failed === 0) return load;
  const committed = load.transactions - load.failed;
  return {
    ...load,
    achievedRate: committed === 0 ? load.plannedRate : (load.achievedRate * load.transactions) / committed,
    coverage: load.coverage.map((one) => ({ ...one, seen: Math.min(one.planned, one.seen + load.failed) })),
  };
}

function weakLoad(load: LoadObservation, { bundle }: Pick<Evidence, 'bundle'>): readonly Weakness[] {
  const reasons: string[] = [];
  const lagMsMax = bundle.manifest.budgets.blockedMs * lagPart;
  if (load.plannedRate > 0 && load.achievedRate < load.plannedRate * loadShareMin) {
    reasons.push(`traffic ran at ${share(load.achievedRate, load.plannedRate)} of its planned rate`);
  }
  if (load.lagMsP99 > lagMsMax) reasons.push(`the generator was ${duration(load.lagMsP99)} late (99th percentile)`);
  for (const { relation, planned, seen } of load.coverage) {
    if (seen < planned * loadShareMin) reasons.push(`${relation} saw ${seen} of ${planned} planned writes`);
  }
  return reasons.map((because) => ({ part: 'load', because }));
}

function faultThatMissed(run: RunResult): readonly Weakness[] {
  const { spec } = run;
  // The scenario itself may have said so already.
  if (run.weaknesses.some(({ part }) => part === 'locks' || part === 'migration')) return [];
  if (spec.scenario === 'contention' && spec.holder === 'second-start') {
    if (run.otherStart !== undefined) return [];
    return [{ part: 'migration', because: `${spec.phase} was not started a second time` }];
  }
  // Whether it comes to a row that is held, its own conditions decide: those that it passed by are not tested.
  if (spec.scenario === 'contention' && spec.holder === 'row-write' && run.fault !== undefined) return [];
  if (spec.scenario === 'contention' && run.fault?.met !== true) {
    return [
      { part: 'locks', because: `statement ${spec.ordinal} of ${spec.phase} never met the lock on ${spec.relation}` },
    ];
  }
  if (spec.scenario === 'interruption' && run.fault?.met !== true) {
    return [{ part: 'migration', because: `nothing was interrupted at change ${spec.committed} of ${spec.phase}` }];
  }
  return [];
}

/** A command that says it is done and never asked the database anything may have migrated another one. */
function silentCommands({ spec, attempts }: RunResult): readonly Weakness[] {
  if (spec.scenario !== 'control' || spec.limits !== 'declared') return [];
  return attempts
    .filter(({ exitCode, statements }) => exitCode === 0 && statements.length === 0)
    .map(({ phase }) => ({ part: 'migration', because: `${phase} exited 0 and never asked its database anything` }));
}

/** What comes after a command that failed is not due; where all ended well, a phase that nobody started is missing. */
function phasesLeftOut({ spec, attempts, outcome }: RunResult, { bundle }: Evidence): readonly Weakness[] {
  const goesThroughAll = spec.scenario === 'control' || (spec.scenario === 'under-load' && spec.steady === undefined);
  if (!goesThroughAll || outcome !== 'completed' || !attempts.every(endedWell)) return [];
  return bundle.manifest.phases
    .filter(({ name }) => !attempts.some(({ phase }) => phase === name))
    .flatMap(({ name }) =>
      (['migration', 'load'] as const).map((part) => ({ part, because: `the command of ${name} was never started` })),
    );
}
