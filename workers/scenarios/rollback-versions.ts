import type { CellObservation, ProbeObservation, Weakness } from '../../shared/domain/observation.ts';
import { type Observed, observed } from '../../shared/domain/observed.ts';
import type { RollbackRun, RollbackStress } from '../../shared/domain/run.ts';
import type { DatabaseState } from '../../shared/domain/schema.ts';
import { isOutage } from '../../shared/plan/mixed-suspects.ts';
import { stateFingerprint } from '../../shared/plan/state-fingerprint.ts';
import { askAll, observeFreshCell } from '../apps/observe-cell.ts';
import { startApp } from '../apps/start-app.ts';
import type { LiveRun } from '../live-run.ts';
import type { WatchedShapes } from './shapes.ts';

const point = { kind: 'after-rollback' } as const;

/** Probes that say nothing about the way back any more; an outage says something where next had an answer of its own. */
type ProveNothing = ReadonlyMap<string, Excuse>;

export interface Excuse {
  readonly why: string;
  readonly evenOutages: boolean;
}

/**
 * Next does on this state what it is there for. What its own reading probes no longer answer after that, its writes
 * changed: previous is not blamed for it.
 */
export async function letNextWrite(
  run: LiveRun<RollbackRun>,
  { askOnce }: Extract<RollbackStress, { kind: 'written' }>,
): Promise<{ readonly proveNothing: ProveNothing; readonly weaknesses: readonly Weakness[] }> {
  await using next = await startApp(run, run.clone, 'next');
  const askedAlready = 'it can be asked only once, and next was asked it before';
  const proveNothing = new Map(askOnce.map((name) => [name, { why: askedAlready, evenOutages: true }]));
  if (!next.ready) {
    const because = `next did not start after ${run.spec.after}, so nothing was there that only next writes`;
    return { proveNothing, weaknesses: [{ part: 'cells', because }] };
  }
  await askAll(run, run.clone, next, [], (probe) => probe.writes);
  const read = await askAll(run, run.clone, next, [], (probe) => !probe.writes);
  for (const { name, outcome, detail } of read) {
    if (outcome !== 'fail') continue;
    proveNothing.set(name, { why: 'next’s own writes change its answer', evenOutages: isOutage(detail) });
  }
  return { proveNothing, weaknesses: [] };
}

/**
 * The quiet rollback of the whole deployment is the state `after rollback`; those from earlier phases, and those that
 * were made harder, bear their run's name.
 */
export async function askPrevious(
  run: LiveRun<RollbackRun>,
  end: Observed<DatabaseState>,
  proveNothing: ProveNothing,
  shapes: WatchedShapes,
): Promise<readonly CellObservation[]> {
  const { apps, phases } = run.plan.bundle.manifest;
  if (apps === 'none') return [];
  const fingerprint = end.seen ? observed(stateFingerprint(end.value)) : end;
  const isWhole = phases.at(-1)?.name === run.spec.after && run.spec.stress === undefined;
  const place = { app: 'previous', boot: 'fresh', point, stateFingerprint: fingerprint } as const;
  const prepared = await shapes.onState();
  const seen = await observeFreshCell(run, run.clone, isWhole ? place : { ...place, inRun: run.spec.id }, false);
  const probes = seen.probes.map((probe) => excused(probe, proveNothing.get(probe.name)));
  return [{ ...seen, probes, ...prepared }];
}

export function excused(probe: ProbeObservation, excuse: Excuse | undefined): ProbeObservation {
  if (excuse === undefined || probe.outcome === 'pass') return probe;
  if (!excuse.evenOutages && isOutage(probe.detail)) return probe;
  return { ...probe, outcome: 'not-run', detail: excuse.why };
}
