import type { Job, JobsOptions, Processor, QueueOptions, WorkerOptions } from 'bullmq';
import { RehearsalError } from '../../../domain/problem.ts';

/**
 * What differs between Redis and PostgreSQL: how BullMQ's two classes are made, and how one asks whether they answer.
 */
export interface Backend extends AsyncDisposable {
  readonly kind: 'redis' | 'postgres';
  queue(name: string): BullQueue;
  worker(name: string, process: Processor, options: Omit<WorkerOptions, 'connection'>): BullWorker;
  /** Rejects where it does not answer in time. */
  ping(): Promise<void>;
  /** Ends what a clock that is ahead keeps from everybody; absent: its server goes by its own clock. */
  readonly unlock?: (lateMs: number) => Promise<void>;
}

/** The part of BullMQ's Queue that both backends share in type. */
export interface BullQueue {
  readonly qualifiedName: string;
  add(name: string, data: unknown, options: JobsOptions): Promise<Job>;
  getJobState(id: string): Promise<string>;
  getDelayed(start: number, end: number): Promise<readonly PutOff[]>;
  waitUntilReady(): Promise<unknown>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(): Promise<void>;
}

export interface PutOff {
  readonly id?: string | undefined;
  promote(): Promise<void>;
}

export interface BullWorker {
  waitUntilReady(): Promise<unknown>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(force?: boolean): Promise<void>;
}

export type BullQueueOptions = Omit<QueueOptions, 'connection'>;

/** Finished jobs go at once: their names must be free, so that what Postgres misses can be enqueued again. */
export const kept = { removeOnComplete: true, removeOnFail: true } as const;

/** What gives no connection in that time, or then no answer, is away. */
export const pingMs = 3_000;

export function queueUnreachable(kind: 'redis' | 'postgres', cause: unknown): RehearsalError {
  const remedy =
    kind === 'redis'
      ? 'Check REDIS_URL and that Redis runs and accepts connections.'
      : 'Check DATABASE_URL and that its PostgreSQL runs and accepts connections.';
  return new RehearsalError('machine', 'queue-unreachable', 'The queue of the service does not answer.', remedy, {
    cause,
  });
}
