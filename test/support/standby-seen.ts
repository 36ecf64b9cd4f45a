import { parseRunId } from '../../shared/domain/ids.ts';
import type { RunResult } from '../../shared/domain/observation.ts';
import { observed } from '../../shared/domain/observed.ts';
import type { StandbyApp, StandbyObservation } from '../../shared/domain/standby.ts';
import { run, specBase } from './evidence-parts.ts';

/** A standby that followed, was read meanwhile and met nothing but the one long read. */
export const standbySeen = (more: Partial<StandbyObservation> = {}): StandbyObservation => ({
  followed: { inRecovery: true, state: 'streaming' },
  lagBytesMax: 18_272,
  lagMsMax: 690,
  replayBlockedMs: 700,
  cancelledQueries: 0,
  reads: { planned: 60, done: 60, failedBySqlstate: {}, waitedMsMax: 12, waitedOn: 'public.alerts' },
  longRead: { relation: 'public.alerts', heldMs: 704, cancelled: false },
  end: { replayed: true },
  sameSchema: observed(true),
  unreadable: [],
  apps: [standbyApp('previous'), standbyApp('next')],
  ...more,
});

/** A version that reads nothing on the standby. */
export function standbyApp(app: 'previous' | 'next', more: Partial<StandbyApp> = {}): StandbyApp {
  return { app, statements: 0, before: [], during: [], after: [], sqlErrors: [], slowestMs: 0, ...more };
}

export const standbyRun = (more: Partial<RunResult> = {}): RunResult =>
  run(
    {
      ...specBase,
      id: parseRunId('standby'),
      scenario: 'standby',
      againAlone: true,
      settings: { wal_level: 'replica' },
      reads: ['public.alerts'],
      longRead: { phase: 'pre-deploy', ordinal: 3, relation: 'public.alerts' },
      holdMs: 700,
    },
    { standby: standbySeen(), ...more },
  );
