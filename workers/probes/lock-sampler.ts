import type { LockParty, LockWait } from '../../shared/domain/lock.ts';
import type { Clock } from '../../shared/edge/ports/clock.ts';
import type { ServerAddress, Sql, SqlSession } from '../../shared/edge/ports/sql.ts';
import { type LockSample, lockSampleSql } from './lock-sample.ts';
import { measureServerClock, type ServerClock } from './server-clock.ts';

export interface LockSamplerOptions {
  readonly clock: Clock;
  /** Ms from the run's start. */
  readonly now: () => number;
  /** Who a backend is at this moment; asked at each sighting's first sample. */
  readonly roleOf: (pid: number, applicationName: string) => Pick<LockParty, 'role' | 'ordinal' | 'worker'>;
  /** Default 20 ms. */
  readonly everyMs?: number;
}

export interface LockSampler extends AsyncDisposable {
  /** Waits seen so far, those that still last included. */
  waits(): readonly LockWait[];
  /** Ends the sampling; safe to repeat. */
  stop(): Promise<LockSampling>;
}

export interface LockSampling {
  /** One for each wait (backend and moment at which it began), by its beginning. */
  readonly waits: readonly LockWait[];
  /** Most backends that waited at the same moment. */
  readonly waitersMax: number;
  /** The largest interval between two looks, from the start to the stop: what was shorter may have been missed. */
  readonly gapMsMax: number;
  readonly samples: number;
  /** Looks that failed, and with what; the server may have been down. */
  readonly failures: number;
  readonly lastFailure?: string;
}

const defaultEveryMs = 20;
/** While the server is away there is nothing to see, and hammering it would slow its return. */
const reconnectAfterMs = 50;

/** Looks at pg_locks from a connection of its own until stopped; survives a server that restarts. */
export async function sampleLocks(sql: Sql, address: ServerAddress, options: LockSamplerOptions): Promise<LockSampler> {
  const sampling = new Sampling(sql, address, options);
  await sampling.connect();
  const ended = sampling.untilStopped();
  const stop = async (): Promise<LockSampling> => {
    sampling.stopping = true;
    await ended;
    return sampling.result();
  };
  return { waits: () => sampling.waitList(), stop, [Symbol.asyncDispose]: async () => void (await stop()) };
}

class Sampling {
  stopping = false;
  readonly #sql: Sql;
  readonly #address: ServerAddress;
  readonly #options: LockSamplerOptions;
  #session: { readonly sql: SqlSession; readonly clock: ServerClock } | undefined;
  readonly #waits = new Map<string, LockWait>();
  #waitersMax = 0;
  #gapMsMax = 0;
  #samples = 0;
  #failures = 0;
  #lastFailure: string | undefined;
  #lookedAtMs: number;

  constructor(sql: Sql, address: ServerAddress, options: LockSamplerOptions) {
    this.#sql = sql;
    this.#address = address;
    this.#options = options;
    this.#lookedAtMs = options.now();
  }

  async connect(): Promise<void> {
    const session = await this.#sql.connect(this.#address, 'rehearsal/lock-sampler');
    try {
      // It runs fifty times a second: planned once, and never compiled.
      await session.query("SET jit = off; SET statement_timeout = '5s'");
      await session.query(`PREPARE look AS ${lockSampleSql}`);
      this.#session = { sql: session, clock: await measureServerClock(session, this.#options.now) };
    } catch (error) {
      await session[Symbol.asyncDispose]();
      throw error;
    }
  }

  async untilStopped(): Promise<void> {
    const { clock, everyMs = defaultEveryMs } = this.#options;
    while (!this.stopping) {
      const startedAtMs = clock.now();
      const ok = await this.#look();
      await clock.wait(Math.max(1, (ok ? everyMs : reconnectAfterMs) - (clock.now() - startedAtMs)));
    }
    // What began after the last look and still lasts is seen once more.
    await this.#look();
    this.#noteGap();
    await this.#close();
  }

  waitList(): readonly LockWait[] {
    return [...this.#waits.values()].sort((left, right) => left.startedAtMs - right.startedAtMs);
  }

  result(): LockSampling {
    return {
      waits: this.waitList(),
      waitersMax: this.#waitersMax,
      gapMsMax: this.#gapMsMax,
      samples: this.#samples,
      failures: this.#failures,
      ...(this.#lastFailure === undefined ? {} : { lastFailure: this.#lastFailure }),
    };
  }

  async #look(): Promise<boolean> {
    try {
      if (this.#session === undefined) await this.connect();
      if (this.#session === undefined) return false;
      const samples = await this.#session.sql.query<LockSample>('EXECUTE look');
      this.#samples += 1;
      this.#noteGap();
      this.#note(samples, this.#session.clock);
      return true;
    } catch (error) {
      this.#failures += 1;
      this.#lastFailure = error instanceof Error ? error.message : String(error);
      await this.#close();
      return false;
    }
  }

  #noteGap(): void {
    const nowMs = this.#options.now();
    this.#gapMsMax = Math.max(this.#gapMsMax, nowMs - this.#lookedAtMs);
    this.#lookedAtMs = nowMs;
  }

  #note(samples: readonly LockSample[], clock: ServerClock): void {
    this.#waitersMax = Math.max(this.#waitersMax, samples.length);
    for (const sample of samples) {
      const key = `${sample.pid} ${sample.wait_started_ms}`;
      const before = this.#waits.get(key);
      const known = new Map(before?.blockers.map((blocker) => [blocker.pid, blocker]));
      for (const { pid, application } of sample.blockers) {
        if (!known.has(pid)) known.set(pid, this.#party(pid, application));
      }
      this.#waits.set(key, {
        startedAtMs: before?.startedAtMs ?? clock.toRunMs(sample.wait_started_ms),
        waitedMs: sample.now_ms - sample.wait_started_ms,
        waiter: before?.waiter ?? this.#party(sample.pid, sample.application),
        blockers: [...known.values()],
        relation: sample.relation ?? before?.relation ?? '',
        mode: sample.mode,
        ...(sample.transaction_started_ms === null
          ? {}
          : { transactionStartedAtMs: clock.toRunMs(sample.transaction_started_ms) }),
      });
    }
  }

  #party(pid: number, applicationName: string): LockParty {
    return { ...this.#options.roleOf(pid, applicationName), applicationName, pid };
  }

  async #close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.sql[Symbol.asyncDispose]();
  }
}
