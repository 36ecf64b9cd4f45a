import type { SteppedMaxima } from './series.ts';

/** Table-level lock modes as pg_locks names them, weakest first. Source: PostgreSQL manual, "Explicit Locking". */
export const lockModes = [
  'AccessShareLock',
  'RowShareLock',
  'RowExclusiveLock',
  'ShareUpdateExclusiveLock',
  'ShareLock',
  'ShareRowExclusiveLock',
  'ExclusiveLock',
  'AccessExclusiveLock',
] as const;

export type LockMode = (typeof lockModes)[number];

/** How a lock came to be known: see DESIGN "The tap". */
export type LockSource = 'held' | 'traced' | 'waited' | 'derived';

export interface LockObservation {
  /** `schema.name` */
  readonly relation: string;
  readonly mode: LockMode;
  readonly heldMs: number;
  readonly source: LockSource;
}

/**
 * What stands in the way of a request. Source: PostgreSQL manual, "Conflicting Lock Modes"; a test asks the server for
 * every pair.
 */
const conflicts: Readonly<Record<LockMode, readonly LockMode[]>> = {
  AccessShareLock: lockModes.slice(7),
  RowShareLock: lockModes.slice(6),
  RowExclusiveLock: lockModes.slice(4),
  ShareUpdateExclusiveLock: lockModes.slice(3),
  ShareLock: [...lockModes.slice(2, 4), ...lockModes.slice(5)],
  ShareRowExclusiveLock: lockModes.slice(2),
  ExclusiveLock: lockModes.slice(1),
  AccessExclusiveLock: lockModes,
};

/** Whether one transaction has to wait for the mode that it asks for while another one holds the other. */
export const lockConflict = (requested: LockMode, held: LockMode): boolean => conflicts[requested].includes(held);

/** Modes that stop ordinary writers. */
export const blocksWriters = (mode: LockMode): boolean => lockModes.indexOf(mode) >= lockModes.indexOf('ShareLock');

/** The only mode that stops plain SELECTs. */
export const blocksReaders = (mode: LockMode): boolean => mode === 'AccessExclusiveLock';

/** One backend that waited for another, seen in pg_locks/pg_blocking_pids by the sampler. */
export interface LockWait {
  /** ms from the run's start at which the wait began (`pg_locks.waitstart`). */
  readonly startedAtMs: number;
  readonly waitedMs: number;
  readonly waiter: LockParty;
  /** Direct blockers, holders and queue-mates alike. */
  readonly blockers: readonly LockParty[];
  readonly relation: string;
  readonly mode: string;
  /** When the waiter's transaction began, on the run's clock: several waits of one transaction belong together. */
  readonly transactionStartedAtMs?: number;
}

export interface LockParty {
  /** Who it is: the migration, our traffic, one of our actors, an application of the bundle. */
  readonly role: 'migration' | 'traffic' | 'actor' | 'previous' | 'next' | 'other';
  readonly applicationName: string;
  /** Which background process of the version, where it is one. */
  readonly worker?: string;
  readonly pid: number;
  /** For the migration: the statement's ordinal at that moment. */
  readonly ordinal?: number;
}

/** Waits of those who are in the way of this one, at the same time as it. */
export const waitsAhead = (wait: LockWait, all: readonly LockWait[]): readonly LockWait[] =>
  all.filter((other) => wait.blockers.some(({ pid }) => pid === other.waiter.pid) && atOneTime(wait, other));

const atOneTime = (left: LockWait, right: LockWait): boolean =>
  left.startedAtMs < right.startedAtMs + right.waitedMs && right.startedAtMs < left.startedAtMs + left.waitedMs;

/** Whoever waits or is waited for, as far as a reader needs it to find the place. */
export type QueueParty = Pick<LockParty, 'role' | 'ordinal' | 'worker'> & {
  /** Where a run has several, for each of them counts its statements from one. */
  readonly phase?: string;
};

/** All waits of one party that led to the same other one, on one relation. */
export interface LockQueue {
  readonly waiter: QueueParty;
  readonly behind: QueueParty;
  readonly relation: string;
  readonly waits: number;
  readonly longestMs: number;
  readonly atOnce: SteppedMaxima;
}
