import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseDigest, type RehearsalId } from '../../../shared/domain/ids.ts';
import { openStore } from '../../../shared/edge/adapters/store/open-store.ts';
import type { Store, Submission } from '../../../shared/edge/ports/store.ts';
import type { Capacity } from '../../../shared/edge/ports/worker-register.ts';
import { startDatabase } from './parts.ts';
import { asOwner } from './store-owner.ts';

let database: Awaited<ReturnType<typeof startDatabase>>;
let store: Store;
beforeAll(async () => {
  database = await startDatabase();
  store = await openStore({ url: database.url, onError: () => undefined });
});
afterAll(async () => {
  await store[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await asOwner(database.url, `TRUNCATE bundles, workers, service_turns CASCADE`);
  await asOwner(database.url, `INSERT INTO bundles (digest, bytes) VALUES ('sha256:${'0'.repeat(64)}', 1)`);
  await live('m1');
});

const GiB = 1024 ** 3;
const capacity: Capacity = { runsAtOnce: 2, memoryFreeBytes: 4 * GiB, diskFreeBytes: 9 * GiB, majors: [17] };
const live = (machine: string, change: Partial<Capacity> = {}, names: readonly string[] = []) =>
  store.workers.beat({
    ...{ id: `worker on ${machine}`, machine, capacity: { ...capacity, ...change } },
    snapshots: names.map((name) => ({ name, version: '1', digest: '', dataAsOf: null, bytes: 1, major: 17 })),
  });

let seed = 0;
async function submit(service: string, change: Partial<Submission> = {}): Promise<RehearsalId> {
  const digest = parseDigest(`sha256:${'0'.repeat(64)}`);
  seed += 1;
  const { rehearsal } = await store.rehearsals.submit({
    ...{ service, version: '1', environment: 'production', owners: [], waiversCount: false, submittedBy: 'ci' },
    ...{ bundleDigest: digest, rulesDigest: digest, snapshot: 'sql', seed },
    ...{ priority: 'normal', needs: { major: 17, memoryBytes: GiB } },
    ...change,
  });
  return rehearsal.id;
}

const oneAtATime = { perService: 1, perMachine: 1 };
const end = (id: RehearsalId) => store.rehearsals.cancel(id, { name: 'the test' });

/** Which ones begin, one after the other, each when the one before it is over. */
async function turnsOf(count: number): Promise<readonly RehearsalId[]> {
  const turns: RehearsalId[] = [];
  while (turns.length < count) {
    const [next] = await store.admission.admit(oneAtATime);
    if (next === undefined) break;
    turns.push(next);
    await end(next);
  }
  return turns;
}

describe('what begins next', () => {
  it('goes round the services, whoever has submitted how much', async () => {
    const greedy: RehearsalId[] = [];
    for (let n = 0; n < 50; n += 1) greedy.push(await submit('greedy'));
    const modest = [await submit('modest'), await submit('modest')];
    expect(await turnsOf(5)).toEqual([greedy[0], modest[0], greedy[1], modest[1], greedy[2]]);
  });

  it('is of one service by priority, then by age, and a greater hurry is believed later too', async () => {
    const [first, second, third] = [await submit('a'), await submit('a'), await submit('a', { priority: 'high' })];
    const again = await store.rehearsals.find(second);
    await store.rehearsals.submit({ ...(again ?? expect.fail()), priority: 'high' });
    expect(await turnsOf(3)).toEqual([second, third, first]);
  });

  it('gives a hurry of one service no turn of another one', async () => {
    const hurried = [await submit('a', { priority: 'high' }), await submit('a', { priority: 'high' })];
    const other = await submit('b');
    expect(await turnsOf(3)).toEqual([hurried[0], other, hurried[1]]);
  });

  it('leaves each service its limit, and all of them what the machines have', async () => {
    const [a1, a2, a3] = [await submit('a'), await submit('a'), await submit('a')];
    const [b1, c1] = [await submit('b'), await submit('c')];
    const limits = { perService: 2, perMachine: 2 };
    expect(await store.admission.admit(limits)).toEqual([a1, b1]);
    await live('m2');
    expect(await store.admission.admit(limits)).toEqual([c1, a2]);
    await end(b1);
    expect(await store.admission.admit(limits)).toEqual([]);
    await end(a1);
    expect(await store.admission.admit(limits)).toEqual([a3]);
  });

  it('is decided once where all workers ask at the same moment', async () => {
    for (let n = 0; n < 6; n += 1) await submit(`service-${n}`);
    const asked = await Promise.all(
      Array.from({ length: 8 }, () => store.admission.admit({ perService: 1, perMachine: 3 })),
    );
    expect(asked.flat()).toHaveLength(3);
    expect(await store.rehearsals.running()).toEqual(asked.flat());
  });
});

describe('what no live worker can take', () => {
  const eventsOf = async (id: RehearsalId) => (await store.events.after(id, 0, 100)).map(({ content }) => content);

  it('waits and says why, takes nobody’s place, and begins when one can', async () => {
    const stuck = await submit('a', { snapshot: 'orders@1' });
    const other = await submit('a');
    expect(await store.admission.admit(oneAtATime)).toEqual([other]);
    expect(await store.rehearsals.find(stuck)).toMatchObject({
      status: 'queued',
      waiting: { lacks: 'snapshot', snapshot: 'orders@1' },
    });
    expect(await store.figures.now()).toMatchObject({ waitingByLack: { snapshot: 1, worker: 0 } });
    await live('m2', {}, ['orders']);
    await end(other);
    expect(await store.admission.admit(oneAtATime)).toEqual([stuck]);
    const says = expect.stringContaining('orders@1');
    expect(await eventsOf(stuck)).toEqual([
      { status: 'queued' },
      { status: 'queued', waiting: { lacks: 'snapshot', says } },
      { status: 'queued', waiting: null },
      { status: 'running' },
    ]);
  });

  it.each([
    ['major', { needs: { major: 15, memoryBytes: GiB } }],
    ['memory', { needs: { memoryBytes: 5 * GiB } }],
  ])('says it of its %s as well', async (lacks, change) => {
    const stuck = await submit('a', change);
    expect(await store.admission.admit(oneAtATime)).toEqual([]);
    expect((await store.rehearsals.find(stuck))?.waiting?.lacks).toBe(lacks);
  });

  it('is said once, and also where nobody is left who could admit', async () => {
    const stuck = await submit('a');
    await store.workers.leave('worker on m1');
    await store.admission.noteWaiting();
    await store.admission.noteWaiting();
    expect(await eventsOf(stuck)).toEqual([{ status: 'queued' }, { status: 'queued', waiting: expect.anything() }]);
  });

  it('says so also when it had begun, and leaves its place to others; not while a live worker has a run of it', async () => {
    const begun = await submit('a', { snapshot: 'orders@1' });
    await live('m1', {}, ['orders']);
    expect(await store.admission.admit(oneAtATime)).toEqual([begun]);
    const run = { id: 'control', scenario: 'control' } as never;
    await store.runs.add(begun, [run]);
    await store.runs.claim(begun, 'control' as never, 'worker on m1');
    await live('m1', { memoryFreeBytes: 0 }, ['orders']);
    await store.admission.noteWaiting();
    expect(await store.rehearsals.find(begun)).toMatchObject({ status: 'running', waiting: null });
    await store.workers.leave('worker on m1');
    await live('m2');
    const other = await submit('a');
    expect(await store.admission.admit(oneAtATime)).toEqual([other]);
    expect(await store.rehearsals.find(begun)).toMatchObject({ status: 'running', waiting: { lacks: 'snapshot' } });
  });
});
