import type { Lack } from '../../domain/placement.ts';
import type { RehearsalStatus } from '../../domain/rehearsal.ts';
import type { Verdict } from '../../domain/verdict.ts';

/** What the store can count, for whoever runs the service. */
export interface StoreFigures {
  readonly byStatus: Readonly<Record<RehearsalStatus, number>>;
  readonly byVerdict: Readonly<Record<Verdict, number>>;
  readonly runsByOutcome: Readonly<Record<'completed' | 'failed' | 'not-run', number>>;
  /** Runs of unfinished rehearsals without a result. */
  readonly runsPending: number;
  /** Unfinished rehearsals by what all live workers lack for them. */
  readonly waitingByLack: Readonly<Record<Lack['lacks'], number>>;
  /** How long the oldest rehearsal that nobody has begun has been waiting. */
  readonly longestWaitMs: number;
}

export interface Figures {
  now(): Promise<StoreFigures>;
}
