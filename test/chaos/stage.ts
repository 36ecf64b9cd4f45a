import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually, freePort } from '../lab/service/parts.ts';
import { checkout } from '../support/cli.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../support/embedded-postgres.ts';
import { lack } from '../support/require.ts';
import { type FalseClock, startFalseClock } from './false-clock.ts';
import { startRelay } from './relay.ts';
import { mountSmallDisk, type SmallDisk } from './small-disk.ts';
import { type Supervised, supervise } from './supervised.ts';

export type Backend = 'postgres' | 'redis';

/** What can happen to a part of the service, and how it is over again. */
export interface Part {
  readonly name: string;
  /** What must be there to be struck, where others strike the same. */
  readonly needs?: string;
  /** Returns when the part is there again, or is being started. */
  strike(downMs: number): Promise<void>;
}

export interface Stage extends AsyncDisposable {
  readonly address: string;
  readonly token: string;
  readonly dir: string;
  /** Of whoever submits: it is not on the disk of the service. */
  readonly clientsDir: string;
  readonly databaseUrl: string;
  readonly parts: readonly Part[];
  /** Programs that ended without being struck. */
  fallen(): readonly string[];
}

const token = 'token-of-whoever-watches-the-chaos';
/** So that something is under way at most moments. */
const runMs = '150';

/** API, two workers on machines of their own with a core that only counts, PostgreSQL, and Redis where asked. */
export async function setStage(backend: Backend, pausedMs: number): Promise<Stage> {
  await using stack = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), 'rehearsal-chaos-'));
  stack.defer(() => rm(home, { recursive: true, force: true }));
  const disks = lack('root') === undefined ? { ours: await small(stack), postgres: await small(stack) } : undefined;
  const dir = disks?.ours.dir ?? home;
  const postgres = stack.use(await startEmbeddedPostgres({ settings: smallWal, below: disks?.postgres.dir ?? home }));
  const { user, password, host, port, database } = postgres.address;
  const urlAt = (portThere: number) => `postgresql://${user}:${password}@${host}:${portThere}/${database}`;
  const databaseUrl = urlAt(port);
  const wayOf = async () => stack.use(await startRelay({ host, port }));
  const [wayOfApi, wayOfWorker] = [await wayOf(), await wayOf()];
  // Not where it may get full: whoever cannot say what happened would be blamed for that.
  const logFile = join(home, 'log');
  const clocks = lack('faketime') === undefined ? await clocksBelow(home) : undefined;
  const redisPort = String(await freePort());
  const redisArgs = ['--port', redisPort, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', dir];
  const redis =
    backend === 'redis'
      ? stack.use(supervise({ name: 'redis', command: 'redis-server', args: redisArgs, env: {}, logFile }))
      : undefined;
  await redis?.ready;
  const queueUrl = redis === undefined ? databaseUrl : `redis://127.0.0.1:${redisPort}`;
  const apiPort = String(await freePort());
  const program = (name: string, args: readonly string[], env: Readonly<Record<string, string>>) =>
    stack.use(supervise({ name, command: process.execPath, args, env, logFile }));
  const api = program('api', [join(checkout, 'services/api/main.ts')], {
    ...{ DATABASE_URL: urlAt(wayOfApi.port), PORT: apiPort, REHEARSAL_DATA: join(dir, 'api'), REHEARSAL_TOKEN: token },
    ...(redis === undefined ? {} : { REDIS_URL: queueUrl }),
    LOG_LEVEL: 'error',
    ...clocks?.api.env,
  });
  await api.ready;
  const fakeWorker = join(checkout, 'test/lab/service/fake-worker.ts');
  const workers = ['m1', 'm2'].map((machine) => {
    const storeUrl = machine === 'm1' ? urlAt(wayOfWorker.port) : databaseUrl;
    const args = [fakeWorker, storeUrl, redis === undefined ? storeUrl : queueUrl, dir, machine];
    const clock = machine === 'm2' ? clocks?.worker.env : {};
    return program(`worker on ${machine}`, args, { FAKE_RUN_MS: runMs, ...clock });
  });
  await Promise.all(workers.map((worker) => worker.ready));
  const owned = stack.move();
  const [first, second] = workers;
  if (first === undefined || second === undefined) throw new Error('there are two workers');
  return {
    ...{ address: `http://127.0.0.1:${apiPort}`, token, dir, clientsDir: home, databaseUrl },
    parts: [
      killed(api),
      killed(first),
      stopped(second, pausedMs),
      // Whoever waits for an answer of the store is told so much later, or never.
      { name: 'the network between API and PostgreSQL cut', strike: (downMs) => wayOfApi.cut(downMs) },
      { name: 'the network between worker on m1 and PostgreSQL cut', strike: () => wayOfWorker.cut(pausedMs) },
      {
        name: 'kill -9 of PostgreSQL',
        needs: 'PostgreSQL',
        strike: async (downMs) => {
          await postgres.crash();
          await delay(downMs);
          await postgres.restart();
        },
      },
      ...(redis === undefined ? [] : [killed(redis)]),
      ...(clocks === undefined
        ? []
        : [wrong('API', clocks.api, pausedMs), wrong('worker on m2', clocks.worker, pausedMs)]),
      ...(disks === undefined
        ? []
        : [full('API and workers', disks.ours, pausedMs), fullUnder(postgres, disks.postgres, pausedMs)]),
    ],
    fallen: () => [api, ...workers].flatMap((one) => one.fallen()),
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

const killed = (program: Supervised): Part => ({
  name: `kill -9 of ${program.name}`,
  strike: async () => program.signal('SIGKILL'),
});

const stopped = (program: Supervised, pausedMs: number): Part => ({
  name: `SIGSTOP of ${program.name}`,
  strike: async () => {
    program.signal('SIGSTOP');
    await delay(pausedMs);
    program.signal('SIGCONT');
  },
});

/** Room for a service of some minutes; what PostgreSQL begins with is a sixth of it. */
const smallBytes = 384 * 1024 * 1024;
/** So that what is kept for nobody does not fill it. */
const smallWal = { max_wal_size: '64MB', min_wal_size: '32MB' };
const small = async (stack: AsyncDisposableStack): Promise<SmallDisk> => stack.use(await mountSmallDisk(smallBytes));

async function clocksBelow(home: string): Promise<{ readonly api: FalseClock; readonly worker: FalseClock }> {
  const [api, worker] = await Promise.all(
    ['api', 'worker'].map((name) => startFalseClock(join(home, `clock-${name}`))),
  );
  if (api === undefined || worker === undefined) throw new Error('there are two clocks');
  return { api, worker };
}

/** An hour ahead and then an hour behind. */
const wrong = (whose: string, clock: FalseClock, pausedMs: number): Part => ({
  name: `the clock of ${whose} set`,
  strike: async () => {
    await clock.set(3_600);
    await delay(pausedMs / 2);
    await clock.set(-3_600);
    await delay(pausedMs / 2);
    await clock.set(0);
  },
});

const full = (whose: string, disk: SmallDisk, pausedMs: number): Part => ({
  name: `the disk of ${whose} full`,
  strike: async () => {
    await disk.fill();
    await delay(pausedMs);
    await disk.free();
  },
});

/** A server that cannot write its log of changes ends by itself; somebody starts it again when there is room. */
const fullUnder = (postgres: EmbeddedPostgres, disk: SmallDisk, pausedMs: number): Part => {
  const part = full('PostgreSQL', disk, pausedMs);
  return {
    name: part.name,
    needs: 'PostgreSQL',
    strike: async (downMs) => {
      await part.strike(downMs);
      if (!postgres.isRunning()) await postgres.restart();
    },
  };
};

/** The API answers that store, queue and a worker are well. */
export function untilWell({ address }: Pick<Stage, 'address'>): Promise<unknown> {
  return eventually(
    () =>
      fetch(`${address}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      ),
    60_000,
  );
}
