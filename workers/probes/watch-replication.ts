import { beginSeries, rounded, withLook } from '../../shared/domain/series.ts';
import type { StandbyLag } from '../../shared/domain/standby.ts';
import type { Clock } from '../../shared/edge/ports/clock.ts';
import { SqlError, type SqlSession } from '../../shared/edge/ports/sql.ts';
import type { Interval } from './intervals.ts';

export interface ReplicationOptions {
  /** Sessions of our own, used by nobody else meanwhile. */
  readonly primary: SqlSession;
  readonly standby: SqlSession;
  /** What the sessions are called whose waits are looked for. */
  readonly readers: string;
  readonly clock: Clock;
  readonly now: () => number;
}

export interface ReplicationSeen {
  readonly lagBytesMax: number;
  readonly lagMsMax: number;
  /** Absent where nobody looked. */
  readonly lag?: StandbyLag;
  /** When replay waited for somebody on the standby. */
  readonly blocked: readonly Interval[];
  /** Between two looks at which a reader waited for a lock on the standby. */
  readonly lockedOut: readonly Interval[];
  /** With the time before the first of them and after the last, in which nobody looked. */
  readonly mayBeLockedOut: readonly Interval[];
  /** The longest time in which nobody looked. */
  readonly gapMsMax: number;
  /** Why looking ended before it was told to. */
  readonly lost?: string;
}

export interface ReplicationWatch extends AsyncDisposable {
  stop(): Promise<ReplicationSeen>;
}

const everyMs = 20;

/** Looks at both ends of the replication until stopped. */
export function watchReplication(options: ReplicationOptions): ReplicationWatch {
  const stopping = new AbortController();
  const seen = new Seen();
  let lost: string | undefined;
  const ended = (async () => {
    while (!stopping.signal.aborted) {
      await look(options, seen).catch(unlessRefused);
      // Called off, the loop ends.
      await options.clock.wait(everyMs, stopping.signal).catch(() => undefined);
    }
  })().catch((error: unknown) => {
    if (!(error instanceof SqlError)) throw error;
    lost = error.message;
  });
  const stop = async (): Promise<ReplicationSeen> => {
    stopping.abort();
    await ended;
    return { ...seen.sum(options.now()), ...(lost === undefined ? {} : { lost }) };
  };
  return { stop, [Symbol.asyncDispose]: async () => void (await stop()) };
}

/** A standby may cancel a look to go on replaying, and the next one is made; a connection that is lost stays so. */
function unlessRefused(error: unknown): void {
  if (!(error instanceof SqlError) || error.sqlstate === undefined) throw error;
}

/** What is flushed can be sent; the other end is asked afterwards, so that it never looks later than it is. */
async function look({ primary, standby, readers, now }: ReplicationOptions, seen: Seen): Promise<void> {
  const atMs = now();
  const [written] = await primary.query<{ at: number }>(
    `SELECT pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')::float8 AS at`,
  );
  const [replay] = await standby.query<ReplayRow>(replaySql, [readers]);
  if (written === undefined || replay === undefined) return;
  const { at: replayed, waits, locked } = replay;
  seen.add({ atMs, untilMs: now(), written: written.at, replayed, waits, locked });
}

/** Waiting for a lock, a snapshot, a buffer or a tablespace that a session of the standby uses. */
const replaySql = `SELECT pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::float8 AS at,
  EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'startup'
    AND (wait_event_type = 'Lock' OR wait_event = 'BufferPin' OR wait_event LIKE 'RecoveryConflict%')) AS waits,
  EXISTS (SELECT FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock') AS locked`;

interface ReplayRow {
  readonly at: number;
  readonly waits: boolean;
  readonly locked: boolean;
}

interface Look {
  readonly atMs: number;
  readonly untilMs: number;
  readonly written: number;
  readonly replayed: number;
  readonly waits: boolean;
  readonly locked: boolean;
}

class Seen {
  #lagBytesMax = 0;
  #lagMsMax = 0;
  #gapMsMax = 0;
  #last: Look | undefined;
  #lag: StandbyLag | undefined;
  /** Positions that were written and not yet seen replayed, oldest first. */
  readonly #open: { readonly atMs: number; readonly written: number }[] = [];
  readonly #blocked: Interval[] = [];
  readonly #lockedOut: Interval[] = [];
  readonly #mayBeLockedOut: Interval[] = [];

  add(look: Look): void {
    const last = this.#last;
    if (last === undefined || look.written > last.written) this.#open.push({ atMs: look.atMs, written: look.written });
    while (this.#open[0] !== undefined && this.#open[0].written <= look.replayed) this.#open.shift();
    const oldest = this.#open[0];
    const lagBytes = oldest === undefined ? 0 : look.written - look.replayed;
    const lagMs = oldest === undefined ? 0 : look.untilMs - oldest.atMs;
    this.#lagBytesMax = Math.max(this.#lagBytesMax, lagBytes);
    this.#lagMsMax = Math.max(this.#lagMsMax, lagMs);
    const { bytes, ms } = this.#lag ?? { bytes: beginSeries(look.untilMs), ms: beginSeries(look.untilMs) };
    this.#lag = { bytes: withLook(bytes, look.untilMs, lagBytes), ms: withLook(ms, look.untilMs, lagMs) };
    if (last !== undefined) this.#pass(last, look);
    this.#last = look;
  }

  #pass(last: Look, next: Pick<Look, 'untilMs' | 'locked'>): void {
    const [fromMs, toMs] = [last.untilMs, next.untilMs];
    this.#gapMsMax = Math.max(this.#gapMsMax, toMs - fromMs);
    if (last.waits) extend(this.#blocked, fromMs, toMs);
    if (last.locked && next.locked) extend(this.#lockedOut, fromMs, toMs);
    if (last.locked || next.locked) extend(this.#mayBeLockedOut, fromMs, toMs);
  }

  /** Since the last look nobody knows: it may have been the last because looking failed. */
  sum(untilMs: number): Omit<ReplicationSeen, 'lost'> {
    if (this.#last !== undefined) this.#pass(this.#last, { untilMs, locked: false });
    return {
      lagBytesMax: this.#lagBytesMax,
      lagMsMax: this.#lagMsMax,
      gapMsMax: this.#gapMsMax,
      ...(this.#lag === undefined ? {} : { lag: { bytes: rounded(this.#lag.bytes), ms: rounded(this.#lag.ms) } }),
      blocked: this.#blocked,
      lockedOut: this.#lockedOut,
      mayBeLockedOut: this.#mayBeLockedOut,
    };
  }
}

/** Whoever waits does so from when it was seen to until it is seen not to. */
function extend(intervals: Interval[], fromMs: number, toMs: number): void {
  const previous = intervals.at(-1);
  const goesOn = previous?.toMs === fromMs;
  if (goesOn) intervals.pop();
  intervals.push({ fromMs: goesOn ? previous.fromMs : fromMs, toMs });
}
