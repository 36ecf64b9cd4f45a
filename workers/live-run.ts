import type { LockParty } from '../shared/domain/lock.ts';
import type { Plan } from '../shared/domain/plan.ts';
import type { RunSpec } from '../shared/domain/run.ts';
import type { Clock } from '../shared/edge/ports/clock.ts';
import type { Clone } from '../shared/edge/ports/clone-host.ts';
import type { Sql, SqlSession } from '../shared/edge/ports/sql.ts';

/** What a scenario has in hand while its run lives: one clone, one clock, and who is who on the server. */
export interface LiveRun<Spec extends RunSpec = RunSpec> {
  readonly spec: Spec;
  readonly plan: Plan;
  readonly clone: Clone;
  readonly sql: Sql;
  readonly clock: Clock;
  /** Our own superuser session on the clone. */
  readonly admin: SqlSession;
  /** ms since the run's start. */
  now(): number;
  /** Backends of the clone whose owner we know; the rest are `other`. */
  readonly parties: Map<number, Pick<LockParty, 'role' | 'ordinal'>>;
  /** When the tap held a message of the migration: that time is ours, not the migration's. */
  readonly brakes: { readonly fromMs: number; readonly toMs: number }[];
  /** Removes row values from what a server or a program said. */
  redact(message: string): string;
  readonly signal: AbortSignal;
}
