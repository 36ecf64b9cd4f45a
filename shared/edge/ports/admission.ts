import type { RehearsalId } from '../../domain/ids.ts';

/** Decides which rehearsal begins next. The queue carries only what was admitted. */
export interface Admission {
  /**
   * Begins as many as the limits leave room for, each service in its turn, and within a service by priority and age.
   * What no live worker can take keeps its place and nobody waits for it. Any number of processes may ask at once.
   */
  admit(limits: AdmissionLimits): Promise<readonly RehearsalId[]>;
  /** Writes down what all live workers lack for whatever is unfinished; that it is so, and that it is no longer so. */
  noteWaiting(): Promise<void>;
}

export interface AdmissionLimits {
  /** Rehearsals of one service that are under way at once. */
  readonly perService: number;
  /** Of all services, for each machine with a live worker. */
  readonly perMachine: number;
}
