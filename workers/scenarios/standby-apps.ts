import type { AppName } from '../../shared/domain/bundle.ts';
import type { ProbeObservation } from '../../shared/domain/observation.ts';
import type { StandbyRun } from '../../shared/domain/run.ts';
import type { StandbyApp } from '../../shared/domain/standby.ts';
import type { Standby } from '../../shared/edge/ports/clone-host.ts';
import type { TappedStatement } from '../../shared/edge/ports/tap.ts';
import { gates } from '../../shared/plan/gating.ts';
import { askAll } from '../apps/observe-cell.ts';
import { sqlErrorsOf } from '../apps/sql-errors.ts';
import { type RunningApp, startApp } from '../apps/start-app.ts';
import type { LiveRun } from '../live-run.ts';
import { type Interval, overlapMs } from '../probes/intervals.ts';

/** Often enough to meet a lock of half a second, seldom enough to leave the machine to the others. */
const askEveryMs = 100;

/** The versions as readers of the standby. Leaving its scope stops them. */
export interface StandbyApps extends AsyncDisposable {
  /** Asks previous again and again, if it reads on the standby at all; safe to repeat. */
  keepAsking(): Promise<void>;
  stopAsking(): Promise<void>;
  /** `excused`: when replay waited for a read of ours. */
  soFar(excused: readonly Interval[]): readonly StandbyApp[];
  /** Each version that lives at the end, once more; `atEnd`: the last phase was passed. */
  askAtEnd(atEnd: boolean, excused: readonly Interval[]): Promise<readonly StandbyApp[]>;
}

/** Starts previous and asks it what only reads; one that asks the standby nothing is left alone from then on. */
export async function openStandbyApps(run: LiveRun<StandbyRun>, follower: Standby): Promise<StandbyApps> {
  await using made = new AsyncDisposableStack();
  const { apps, phases } = run.plan.bundle.manifest;
  const previous = apps === 'none' ? undefined : made.use(await openReader(run, follower, 'previous'));
  const seen: StandbyApp[] = [];
  let asking: Asking | undefined;
  const stopAsking = async (): Promise<void> => {
    asking?.over.abort();
    await asking?.ended;
    asking = undefined;
  };
  made.defer(stopAsking);
  const held = made.move();
  const soFar = (excused: readonly Interval[]) => (previous === undefined ? [] : [previous.observation([], excused)]);
  const point = { kind: 'after', phase: phases.at(-1)?.name ?? '' } as const;
  return {
    async keepAsking() {
      if (previous?.readsThere === true) asking ??= keepAsking(run, previous);
    },
    stopAsking,
    soFar,
    async askAtEnd(atEnd, excused) {
      if (apps === 'none' || previous === undefined) return [];
      if (!atEnd) return soFar(excused);
      const lives = previous.readsThere && gates(run.plan.bundle.manifest, 'previous', point);
      seen.push(previous.observation(lives ? await previous.ask() : [], excused));
      await using next = await openReader(run, follower, 'next');
      seen.push({ ...next.observation([], []), before: [], after: next.first });
      return seen;
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

interface Reader extends AsyncDisposable {
  readonly readsThere: boolean;
  readonly first: readonly ProbeObservation[];
  ask(): Promise<readonly Asked[]>;
  keep(asked: readonly Asked[]): void;
  observation(after: readonly Asked[], excused: readonly Interval[]): StandbyApp;
}

interface Asked extends Interval {
  readonly answer: ProbeObservation;
}

async function openReader(run: LiveRun<StandbyRun>, follower: Standby, name: AppName): Promise<Reader> {
  const app = await startApp(run, run.clone, name, { readsFrom: follower.admin });
  const ask = () => askReading(run, app);
  const first = (await ask()).map(({ answer }) => answer);
  const warmedAt = name === 'next' ? 0 : lastOrdinal(app);
  const kept: Asked[] = [];
  return {
    readsThere: lastOrdinal(app) > 0,
    first,
    ask,
    keep: (asked) => kept.push(...asked),
    observation(after, excused) {
      const counts = (interval: Interval) => overlapMs(excused, interval.fromMs, interval.toMs) === 0;
      const met = metThere(app, warmedAt).filter(({ sentAtMs: fromMs, finishedAtMs: toMs }) =>
        counts({ fromMs, toMs }),
      );
      return {
        app: name,
        statements: app.readTap?.statements().length ?? 0,
        before: first,
        during: worstOf(kept.filter(counts)),
        after: worstOf(after),
        sqlErrors: sqlErrorsOf(run, met),
        slowestMs: Math.round(Math.max(0, ...met.map(({ durationMs }) => durationMs))),
      };
    },
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  };
}

/** The probes that only read, one after the other. */
async function askReading(run: LiveRun, app: RunningApp): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  for (const probe of app.ready ? run.plan.bundle.manifest.probes.filter(({ writes }) => !writes) : []) {
    const fromMs = run.now();
    for (const answer of await askAll(run, run.clone, app, [], (other) => other === probe)) {
      asked.push({ answer, fromMs, toMs: run.now() });
    }
  }
  return asked;
}

function worstOf(asked: readonly Asked[]): readonly ProbeObservation[] {
  const worst = new Map<string, ProbeObservation>();
  for (const { answer } of asked) if (worst.get(answer.name)?.outcome !== 'fail') worst.set(answer.name, answer);
  return [...worst.values()];
}

const lastOrdinal = ({ readTap }: RunningApp): number => readTap?.statements().at(-1)?.ordinal ?? 0;

/** A statement whose connection ended first was given up by whoever waited for it: `08006`. */
function metThere({ readTap }: RunningApp, sinceOrdinal: number): readonly TappedStatement[] {
  return (readTap?.statements() ?? [])
    .filter(({ ordinal }) => ordinal > sinceOrdinal)
    .map((statement) =>
      statement.sqlstate === undefined && statement.statusAfter === null
        ? { ...statement, sqlstate: '08006', message: 'the connection ended before the answer' }
        : statement,
    );
}

interface Asking {
  readonly over: AbortController;
  readonly ended: Promise<void>;
}

function keepAsking(run: LiveRun, reader: Reader): Asking {
  const over = new AbortController();
  const ended = (async () => {
    while (!over.signal.aborted && !run.signal.aborted) {
      reader.keep(await reader.ask());
      // Called off, the loop ends.
      await run.clock.wait(askEveryMs, AbortSignal.any([over.signal, run.signal])).catch(() => undefined);
    }
  })();
  // Whoever stops it hears of its failure.
  ended.catch(() => undefined);
  return { over, ended };
}
