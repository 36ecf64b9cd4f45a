import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { thisProcess } from '../../../shared/edge/adapters/owner-process.ts';
import { removeDeadLocks } from '../../../workers/hosts/dead-locks.ts';
import { type Turn, takeTurn } from '../../../workers/hosts/machine-turns.ts';

let locks: string;
beforeEach(async () => {
  locks = await mkdtemp(join(tmpdir(), 'rehearsal-turns-'));
});
afterEach(() => rm(locks, { recursive: true, force: true }));

const { signal } = new AbortController();
const take = (how: Turn, by: AbortSignal = signal) => takeTurn(locks, how, { signal: by });
const dead = JSON.stringify({ ...thisProcess(), pid: 4_000_000, startTime: '1' });

test('who shares works side by side; who wants it alone waits for all of them, and those after wait for it', async () => {
  const [one, two] = [await take('shared'), await take('shared')];
  const order: string[] = [];
  const alone = take('alone').then(async (turn) => {
    order.push('alone');
    await turn[Symbol.asyncDispose]();
  });
  while ((await readdir(join(locks, 'turns'))).length < 3) await new Promise(setImmediate);
  const late = take('shared').then(async (turn) => {
    order.push('late');
    await turn[Symbol.asyncDispose]();
  });
  await one[Symbol.asyncDispose]();
  expect(order).toEqual([]);
  await two[Symbol.asyncDispose]();
  await Promise.all([alone, late]);
  expect(order).toEqual(['alone', 'late']);
  expect(await readdir(join(locks, 'turns'))).toEqual([]);
});

test('a wait that is called off leaves no ticket, so nobody waits for it', async () => {
  await using _held = await take('alone');
  const off = new AbortController();
  const waiting = take('shared', off.signal);
  off.abort(new Error('called off'));
  await expect(waiting).rejects.toThrow('called off');
  expect(await readdir(join(locks, 'turns'))).toHaveLength(1);
});

test('who died is passed over, and a start removes what it held', async () => {
  await mkdir(join(locks, 'turns'), { recursive: true });
  const ticket = (number: number, id: string) =>
    join(locks, 'turns', `${String(number).padStart(12, '0')}-alone-${id}`);
  await writeFile(ticket(1, 'a'), dead);
  await using _turn = await take('shared');
  expect(await readdir(join(locks, 'turns'))).toHaveLength(1);
  await writeFile(ticket(9, 'b'), dead);
  await writeFile(join(locks, 'snapshot-x'), dead);
  await writeFile(join(locks, 'kept'), JSON.stringify(thisProcess()));
  await removeDeadLocks(locks);
  expect(await readdir(join(locks, 'turns'))).toHaveLength(1);
  expect((await readdir(locks)).toSorted()).toEqual(['kept', 'turns']);
});
