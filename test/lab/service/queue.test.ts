import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseRehearsalId, parseRunId, type RunId } from '../../../shared/domain/ids.ts';
import { openQueue } from '../../../shared/edge/adapters/queue/open-queue.ts';
import type { Jobs } from '../../../shared/edge/ports/queue.ts';
import { describeWith } from '../../support/require.ts';
import { eventually, startDatabase, startRedis } from './parts.ts';

const id = (n: number) => parseRehearsalId(`rh-${String(n).padStart(16, '0')}`);
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
        return batches.find((batch) => batch.some((runId) => !performed.includes(runId))) ?? [];
      },
      run: async (_, runId) => {
        performed.push(runId);
      },
      giveUp: async () => [],
      giveUpRun: async () => undefined,
    };
    await using queue = await openQueue({ url: server.url, onError: fail });
    await using _worker = await queue.work(jobs, { runsAtOnce: 2, onError: fail });
    await queue.enqueue(id(1));
    await eventually(async () => performed.length === 6 && !(await queue.knows(id(1))));
    expect([...performed].sort()).toEqual(batches.flat().sort());
    expect(seenAtLook).toEqual([0, 2, 5, 6]);
  });

  it('takes a rehearsal that it knows already as the same one', async () => {
    await using queue = await openQueue({ url: server.url, onError: fail });
    let looks = 0;
    await queue.enqueue(id(2));
    await queue.enqueue(id(2));
    expect(await queue.knows(id(2))).toBe(true);
    const jobs = {
      look: async () => [],
      run: async () => undefined,
      giveUp: async () => [],
      giveUpRun: async () => undefined,
    };
    await using _worker = await queue.work(
      {
        ...jobs,
        look: async () => {
          looks += 1;
          return [];
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

  it('gives a run up after its last try, and its parent is looked at again', async () => {
    const tried: RunId[] = [];
    const gaveUp: RunId[] = [];
    const jobs: Jobs = {
      look: async () => (gaveUp.length === 0 ? [parseRunId('broken')] : []),
      run: async (_, runId) => {
        tried.push(runId);
        throw new Error('no room on the disk');
      },
      giveUp: async () => [],
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
