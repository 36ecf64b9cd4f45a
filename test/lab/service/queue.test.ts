import { afterAll, beforeAll, describe, expect, it, type MockInstance, vi } from 'vitest';
import { parseRehearsalId, parseRunId, type RunId } from '../../../shared/domain/ids.ts';
import { queueNames } from '../../../shared/edge/adapters/queue/bull-queue.ts';
import { openQueue } from '../../../shared/edge/adapters/queue/open-queue.ts';
import { postgresBackend } from '../../../shared/edge/adapters/queue/postgres-backend.ts';
import { redisBackend } from '../../../shared/edge/adapters/queue/redis-backend.ts';
import type { Jobs } from '../../../shared/edge/ports/queue.ts';
import { startRelay } from '../../chaos/relay.ts';
import { describeWith } from '../../support/require.ts';
import { eventually, startDatabase, startRedis } from './parts.ts';

const id = (n: number) => parseRehearsalId(`rh-${String(n).padStart(16, '0')}`);
const lookedAt = (runs: readonly RunId[] = [], turn = 1) => ({ runs, turn });
const neverGivesUp = { giveUp: async () => lookedAt(), giveUpRun: async () => undefined };
const toldApart = [() => true, () => false] as const;
const fail = (error: Error) => {
  throw error;
};

function behavesAsAQueue(start: () => Promise<{ readonly url: string } & AsyncDisposable>): void {
  let server: { readonly url: string } & AsyncDisposable;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it('performs every run of a sheet that grows from look to look, each once, and ends after the look that finds none', async () => {
    const batches = [['control', 'baseline'], ['under-load', 'kill-1', 'kill-2'], ['cell-1']].map((b) =>
      b.map(parseRunId),
    );
    const performed: RunId[] = [];
    const seenAtLook: number[] = [];
    const jobs: Jobs = {
      look: async () => {
        seenAtLook.push(performed.length);
        return lookedAt(batches.find((batch) => batch.some((runId) => !performed.includes(runId))));
      },
      run: async (_, runId) => {
        performed.push(runId);
        return 'done';
      },
      ...neverGivesUp,
    };
    await using queue = await openQueue({ url: server.url, onError: fail });
    await using _worker = await queue.work(jobs, { runsAtOnce: 2, onError: fail });
    await queue.enqueue(id(1));
    await eventually(async () => performed.length === 6 && !(await queue.knows(id(1))));
    expect([...performed].sort()).toEqual(batches.flat().sort());
    expect(seenAtLook).toEqual([0, 2, 5, 6]);
  });

  it('says to each who asks that it is away where the network is cut and nobody tells', async () => {
    const { hostname: host, port } = new URL(server.url);
    await using way = await startRelay({ host, port: Number(port) });
    const url = server.url.replace(`:${port}`, `:${way.port}`);
    await using queue = await openQueue({ url, onError: () => undefined });
    await queue.health();
    let isBack = false;
    const cut = way.cut(6_000).then(() => {
      isBack = true;
    });
    const away = { status: 'rejected', reason: { code: 'queue-unreachable' } };
    const heard = await Promise.allSettled([queue.health(), queue.health(), queue.health()]);
    expect(heard).toMatchObject([away, away, away]);
    expect(isBack).toBe(false);
    await cut;
    await eventually(() => queue.health().then(...toldApart));
  });

  it('takes a rehearsal that it knows already as the same one', async () => {
    await using queue = await openQueue({ url: server.url, onError: fail });
    let looks = 0;
    await queue.enqueue(id(2));
    await queue.enqueue(id(2));
    expect(await queue.knows(id(2))).toBe(true);
    await using _worker = await queue.work(
      {
        ...neverGivesUp,
        run: async () => 'done',
        look: async () => {
          looks += 1;
          return lookedAt();
        },
      },
      { runsAtOnce: 1, onError: fail },
    );
    await eventually(async () => !(await queue.knows(id(2))));
    expect(looks).toBe(1);
    // Its name is free again, for a rehearsal that Postgres still misses.
    await queue.enqueue(id(2));
    await eventually(async () => looks === 2);
  });

  it('does not wait for an hour that a wrong clock has named', async () => {
    await using queue = await openQueue({ url: server.url, onError: fail });
    await using backend = await (server.url.startsWith('redis') ? redisBackend : postgresBackend)(server.url);
    const raw = backend.queue(queueNames.rehearsals);
    await raw.waitUntilReady();
    let looks = 0;
    let clock: MockInstance<typeof Date.now> | undefined;
    const jobs: Jobs = {
      look: async () => {
        looks += 1;
        if (looks > 1) return lookedAt();
        const now = Date.now;
        clock = vi.spyOn(Date, 'now').mockImplementation(() => now() + 3_600_000);
        return 'elsewhere';
      },
      run: async () => 'done',
      ...neverGivesUp,
    };
    await using _worker = await queue.work(jobs, { runsAtOnce: 1, onError: fail });
    await queue.enqueue(id(9));
    try {
      await eventually(async () => (await raw.getJobState(id(9))) === 'delayed', 5_000);
    } finally {
      clock?.mockRestore();
    }
    await queue.hasten(0);
    expect(await raw.getJobState(id(9))).toBe('delayed');
    await queue.hasten(0);
    await eventually(async () => !(await queue.knows(id(9))));
    expect(looks).toBe(2);
    await raw.close();
  });

  it('gives a run up after its last try, and its parent is looked at again', async () => {
    const tried: RunId[] = [];
    const gaveUp: RunId[] = [];
    const jobs: Jobs = {
      look: async () => lookedAt(gaveUp.length === 0 ? [parseRunId('broken')] : []),
      run: async (_, runId) => {
        tried.push(runId);
        throw new Error('no room on the disk');
      },
      giveUp: async () => lookedAt(),
      giveUpRun: async (_, runId) => {
        gaveUp.push(runId);
      },
    };
    await using queue = await openQueue({ url: server.url, onError: fail });
    await using _worker = await queue.work(jobs, { runsAtOnce: 1, onError: fail });
    await queue.enqueue(id(3));
    await eventually(async () => gaveUp.length === 1 && !(await queue.knows(id(3))));
    expect(tried).toHaveLength(3);
  });

  it('takes the runs of the rehearsal that began earlier first, whichever was enqueued first', async () => {
    const [younger, older] = [id(4), id(5)];
    const performed: string[] = [];
    await using backend = await (server.url.startsWith('redis') ? redisBackend : postgresBackend)(server.url);
    const waiting = backend.queue(queueNames.runs);
    const isQueued = async (run: string) => /^(waiting|prioritized)$/.test(await waiting.getJobState(run));
    const jobs: Jobs = {
      look: async (rehearsal) => {
        const isDone = performed.includes(`${rehearsal}.b`);
        return lookedAt(isDone ? [] : ['a', 'b'].map(parseRunId), rehearsal === older ? 7 : 8);
      },
      run: async (rehearsal, runId) => {
        // The first run of the younger one lasts until everything else waits.
        if (performed.length === 0) await eventually(() => isQueued(`${older}.b`));
        performed.push(`${rehearsal}.${runId}`);
        return 'done';
      },
      ...neverGivesUp,
    };
    await using queue = await openQueue({ url: server.url, onError: fail });
    await queue.enqueue(younger);
    await using _worker = await queue.work(jobs, { runsAtOnce: 1, onError: fail });
    await eventually(() => isQueued(`${younger}.b`));
    await queue.enqueue(older);
    await eventually(async () => performed.length === 4);
    expect(performed).toEqual([`${younger}.a`, `${older}.a`, `${older}.b`, `${younger}.b`]);
    await waiting.close();
  });

  it('offers what one worker cannot take to the others, again and again, and counts no try', async () => {
    let offered = 0;
    const performed: RunId[] = [];
    const jobs: Jobs = {
      look: async () => lookedAt(performed.length === 0 ? [parseRunId('big')] : []),
      run: async () => {
        offered += 1;
        return 'elsewhere';
      },
      giveUp: async () => lookedAt(),
      giveUpRun: async () => fail(new Error('it was never tried')),
    };
    await using queue = await openQueue({ url: server.url, onError: fail });
    await using small = await queue.work(jobs, { runsAtOnce: 1, onError: fail });
    await queue.enqueue(id(6));
    await eventually(async () => offered >= 3);
    const run: Jobs['run'] = async (_, runId) => {
      performed.push(runId);
      return 'done';
    };
    await small[Symbol.asyncDispose]();
    await using _roomy = await queue.work({ ...jobs, run }, { runsAtOnce: 1, onError: fail });
    await eventually(async () => !(await queue.knows(id(6))));
    // Once, unless this process was held up for longer than a lock lasts.
    expect(new Set(performed)).toEqual(new Set(['big']));
  });
}

describe('the queue on PostgreSQL', () => behavesAsAQueue(startDatabase));

describeWith('redis', 'the queue on Redis', () => {
  behavesAsAQueue(startRedis);

  it('refuses a Redis that may evict what is queued, and says how to change it', async () => {
    await using redis = await startRedis('--maxmemory-policy', 'allkeys-lru');
    await expect(openQueue({ url: redis.url, onError: fail })).rejects.toMatchObject({
      code: 'evicting-redis',
      remedy: expect.stringContaining('maxmemory-policy noeviction'),
    });
  });

  it('says that it is unreachable instead of waiting for ever', async () => {
    await expect(openQueue({ url: 'redis://127.0.0.1:1', onError: fail })).rejects.toMatchObject({
      code: 'queue-unreachable',
    });
  });
});
