/** Where a rehearsal is. State is a word of the database, so this is its status. */
export type RehearsalStatus = 'queued' | 'running' | 'judged' | 'cancelled' | 'failed';

export type RehearsalEvent = 'start' | 'judge' | 'cancel' | 'fail' | 'requeue';

const allowed: Readonly<Record<RehearsalStatus, Partial<Record<RehearsalEvent, RehearsalStatus>>>> = {
  queued: { start: 'running', cancel: 'cancelled', fail: 'failed' },
  running: { judge: 'judged', cancel: 'cancelled', fail: 'failed', requeue: 'queued', start: 'running' },
  judged: {},
  cancelled: {},
  failed: { requeue: 'queued' },
};

/** The next status, or null where the event does not apply. */
export function transition(status: RehearsalStatus, event: RehearsalEvent): RehearsalStatus | null {
  return allowed[status][event] ?? null;
}
