import type { Manifest } from '../../shared/domain/bundle.ts';
import { parseRunId } from '../../shared/domain/ids.ts';
import type { LoadObservation } from '../../shared/domain/load.ts';
import type { RunResult } from '../../shared/domain/observation.ts';
import type { SteadyObservation, SteadyProcess } from '../../shared/domain/steady.ts';
import { attempt, load, run, specBase } from './evidence-parts.ts';

/** What a version with one background process shows when all is well. */
export function steadySeen(app: 'previous' | 'next', more: Partial<SteadyObservation> = {}): SteadyObservation {
  return {
    app,
    ready: true,
    probes: [{ name: 'acknowledge an alert', asked: 80, failed: 0, p95Ms: 12 }],
    processes: [process(), process({ worker: 'feed job' })],
    connectionsMax: 5,
    connectionsAllowed: 100,
    ...more,
  };
}

export const process = (more: Partial<SteadyProcess> = {}): SteadyProcess => ({
  statements: 200,
  sqlErrors: [],
  shapes: [{ sql: 'UPDATE alerts SET state = $1 WHERE id = $2', count: 80, p95Ms: 4, maxMs: 9 }],
  logTail: [],
  ...more,
});

export interface SteadyChanges {
  readonly steady?: Partial<SteadyObservation>;
  readonly load?: Partial<LoadObservation>;
  readonly run?: Partial<RunResult>;
}

/** One half of the pair; `changes` are what it is about. */
export function steadyRun(app: 'previous' | 'next', changes: SteadyChanges = {}): RunResult {
  const id = parseRunId(app === 'previous' ? 'steady-before' : 'steady-after');
  const targets = [{ relation: 'public.alerts', columns: ['id', 'state'] }];
  const steady = { app, durationMs: 10_000, probes: ['acknowledge an alert'] };
  return run(
    { ...specBase, id, scenario: 'under-load', alone: true, targets, actorsOn: [], steady },
    {
      attempts: app === 'previous' ? [] : [attempt()],
      load: load(changes.load),
      steady: steadySeen(app, changes.steady),
      ...changes.run,
    },
  );
}

/** Asked for, with a pair that is alike but for what `after` says. */
export const steadyManifest: Partial<Manifest> = { steadyMs: 10_000 };
export const steadyRuns = (after: SteadyChanges = {}, before: SteadyChanges = {}): readonly RunResult[] => [
  steadyRun('previous', before),
  steadyRun('next', after),
];
