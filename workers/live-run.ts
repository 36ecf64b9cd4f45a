import type { LockParty } from '../shared/domain/lock.ts';
import type { Aftermath, Weakness } from '../shared/domain/observation.ts';
import type { Plan } from '../shared/domain/plan.ts';
import type { QueryShape } from '../shared/domain/query-shape.ts';
import type { RunSpec } from '../shared/domain/run.ts';
import type { Clock } from '../shared/edge/ports/clock.ts';
import type { Clone } from '../shared/edge/ports/clone-host.ts';
import type { RepairDrafts } from '../shared/edge/ports/repair-drafts.ts';
import type { Sql } from '../shared/edge/ports/sql.ts';
import type { Observer } from './observer.ts';
import type { ProductionQueries } from './probes/read-production-queries.ts';
import type { Redaction } from './redaction.ts';

/** What a scenario has in hand while its run lives: one clone, one clock, and who is who on the server. */
export interface LiveRun<Spec extends RunSpec = RunSpec> {
  readonly spec: Spec;
  readonly plan: Plan;
  readonly clone: Clone;
  readonly sql: Sql;
  readonly clock: Clock;
  /** Our own superuser session on the clone. */
  readonly observer: Observer;
  /** ms since the run's start. */
  now(): number;
  /** Backends of the clone whose owner we know; the rest are `other`. */
  readonly parties: Map<number, Pick<LockParty, 'role' | 'ordinal' | 'worker'>>;
  /** When the tap held a message of the migration: that time is ours, not the migration's. */
  readonly brakes: { readonly fromMs: number; readonly toMs: number }[];
  /** Reasons to trust this run less that turned up on the way. */
  readonly weaknesses: Weakness[];
  /** What was captured with the snapshot. */
  readonly productionQueries: ProductionQueries;
  /** The queries that the run prepares, as whoever its sheet names told them; undefined: none. */
  readonly shapes: readonly QueryShape[] | undefined;
  /** Removes row values from what a server or a program said. */
  readonly redact: Redaction;
  readonly signal: AbortSignal;
  /** Who drafts SQL for a state that nothing else leads out of. */
  readonly repairs: RepairDrafts;
  /** What was tried on each damaged state of this rehearsal, by phase and fingerprint. */
  readonly repairsTried: Map<string, Promise<Pick<Aftermath, 'repairs' | 'wayBack'>>>;
  /** One more clone of the untouched snapshot. */
  fresh(): Promise<Clone>;
  /** The same run on another of its clones, with a session of its own; leaving its scope closes only that. */
  on(clone: Clone): Promise<LiveRun<Spec> & AsyncDisposable>;
}
