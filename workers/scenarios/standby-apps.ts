import type { AppName } from '../../shared/domain/bundle.ts';
import type { ProbeObservation } from '../../shared/domain/observation.ts';
import type { StandbyRun } from '../../shared/domain/run.ts';
import type { StandbyApp } from '../../shared/domain/standby.ts';
import type { Standby } from '../../shared/edge/ports/clone-host.ts';
import { gates } from '../../shared/plan/gating.ts';
import { askAll, sqlErrorsOf } from '../apps/observe-cell.ts';
import { type RunningApp, startApp } from '../apps/start-app.ts';
import type { LiveRun } from '../live-run.ts';

/** Often enough to meet a lock of half a second, seldom enough to leave the machine to the others. */
const askEveryMs = 100;

/** The versions as readers of the standby. Leaving its scope stops them. */
export interface StandbyApps extends AsyncDisposable {
  /** Asks previous again and again, if it reads on the standby at all; safe to repeat. */
  keepAsking(): Promise<void>;
  stopAsking(): Promise<void>;
  soFar(): readonly StandbyApp[];
  /** Each version that lives at the end, once more; `atEnd`: the last phase was passed. */
  askAtEnd(atEnd: boolean): Promise<readonly StandbyApp[]>;
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
  const soFar = () => (previous === undefined ? [] : [previous.observation([])]);
  const point = { kind: 'after', phase: phases.at(-1)?.name ?? '' } as const;
  return {
    async keepAsking() {
      if (previous?.readsThere === true) asking ??= keepAsking(run, previous);
    },
    stopAsking,
    soFar,
    async askAtEnd(atEnd) {
      if (apps === 'none' || previous === undefined) return [];
      if (!atEnd) return soFar();
      const lives = previous.readsThere && gates(run.plan.bundle.manifest, 'previous', point);
      seen.push(previous.observation(lives ? await previous.ask() : []));
      await using next = await openReader(run, follower, 'next');
      seen.push({ ...next.observation(next.first), before: [] });
      return seen;
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

interface Reader extends AsyncDisposable {
  readonly readsThere: boolean;
  readonly first: readonly ProbeObservation[];
  readonly during: Map<string, ProbeObservation>;
  ask(): Promise<readonly ProbeObservation[]>;
  observation(after: readonly ProbeObservation[]): StandbyApp;
}

async function openReader(run: LiveRun<StandbyRun>, follower: Standby, name: AppName): Promise<Reader> {
  const app = await startApp(run, run.clone, name, { readsFrom: follower.admin });
  const ask = () => (app.ready ? askAll(run, run.clone, app, [], (probe) => !probe.writes) : Promise.resolve([]));
  const first = await ask();
  const warmedAt = name === 'next' ? 0 : lastOrdinal(app);
  const during = new Map<string, ProbeObservation>();
  return {
    readsThere: lastOrdinal(app) > 0,
    first,
    during,
    ask,
    observation: (after) => ({
      app: name,
      statements: app.readTap?.statements().length ?? 0,
      before: first,
      during: [...during.values()],
      after,
      sqlErrors: sqlErrorsOf(run, unansweredToo(app, warmedAt)),
    }),
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  };
}

const lastOrdinal = ({ readTap }: RunningApp): number => readTap?.statements().at(-1)?.ordinal ?? 0;

/** A statement whose connection ended first was given up by whoever waited for it: `08006`. */
function unansweredToo({ readTap }: RunningApp, sinceOrdinal: number) {
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

/** The worst answer of each probe counts. */
function keepAsking(run: LiveRun, reader: Reader): Asking {
  const over = new AbortController();
  const ended = (async () => {
    while (!over.signal.aborted && !run.signal.aborted) {
      for (const answer of await reader.ask()) {
        if (reader.during.get(answer.name)?.outcome !== 'fail') reader.during.set(answer.name, answer);
      }
      await run.clock.wait(askEveryMs, AbortSignal.any([over.signal, run.signal])).catch(() => undefined);
    }
  })();
  // Whoever stops it hears of its failure.
  ended.catch(() => undefined);
  return { over, ended };
}
