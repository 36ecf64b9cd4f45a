import { describe, expect, it } from 'vitest';
import type { Manifest, Phase } from '../../../shared/domain/bundle.ts';
import type { Room } from '../../../shared/domain/placement.ts';
import { lackOf, lackOfAll, needsOf, sayLack } from '../../../shared/plan/placement.ts';
import { evidence } from '../../support/evidence.ts';

const GiB = 1024 ** 3;
const orders = { name: 'orders', version: '3', bytes: 40 * GiB, major: 17 };
const roomy: Room = {
  snapshots: [orders],
  majors: [15, 17],
  memoryFreeBytes: 8 * GiB,
  diskFreeBytes: 100 * GiB,
  diskReserveBytes: 2 * GiB,
};
const small = { memoryBytes: GiB };

describe('a machine', () => {
  it.each([
    ['its snapshot by name and version', 'orders@3', small, roomy],
    ['its snapshot by name', 'orders', small, roomy],
    ['a bundle with its own', 'sql', { ...small, major: 15 }, { ...roomy, snapshots: [] }],
    ['whatever it did not speak of', 'sql', { memoryBytes: 99 * GiB, major: 12 }, { snapshots: [] }],
    ['a snapshot whose bundle names another major, to be refused', 'orders', { ...small, major: 18 }, roomy],
    ['a clone that shares its blocks', 'orders@3', small, { ...roomy, diskFreeBytes: 3 * GiB }],
  ])('takes %s', (_what, snapshot, needs, room) => {
    expect(lackOf(snapshot, needs, room)).toBeUndefined();
  });

  it.each([
    ['a container without its engine', 'sql', small, { ...roomy, engineAway: true }, { lacks: 'engine' }],
    ['another version of the snapshot', 'orders@2', small, roomy, { lacks: 'snapshot', snapshot: 'orders@2' }],
    ['a major that it has not', 'sql', { ...small, major: 16 }, roomy, { lacks: 'major', major: 16 }],
    ["the snapshot's major", 'orders@3', small, { ...roomy, majors: [15] }, { lacks: 'major', major: 17 }],
    [
      'a full copy without the room',
      'orders@3',
      small,
      { ...roomy, copiesInFull: true, diskFreeBytes: 41 * GiB },
      { lacks: 'disk', neededBytes: 42 * GiB },
    ],
    ['its reserve', 'sql', small, { ...roomy, diskFreeBytes: GiB }, { lacks: 'disk', neededBytes: 2 * GiB }],
    ['too much', 'sql', { memoryBytes: 9 * GiB }, roomy, { lacks: 'memory', neededBytes: 9 * GiB }],
  ])('does not take %s', (_what, snapshot, needs, room, lack) => {
    expect(lackOf(snapshot, needs, room)).toEqual(lack);
  });
});

describe('several machines', () => {
  it('take it where one of them does', () => {
    expect(lackOfAll('orders@3', small, [{ snapshots: [] }, roomy])).toBeUndefined();
  });

  it('tell what the closest of them lacks, in words that end in what to do', () => {
    const full = { ...roomy, diskFreeBytes: 0 };
    const lack = lackOfAll('orders@3', small, [full, { snapshots: [] }]);
    expect(lack).toEqual({ lacks: 'disk', neededBytes: 2 * GiB });
    expect(sayLack(lack ?? { lacks: 'worker' })).toBe(
      'No live worker has 2GiB of disk left. Free some: rehearse snapshot prune',
    );
  });

  it('are missed where there is none', () => {
    expect(lackOfAll('sql', small, [])).toEqual({ lacks: 'worker' });
  });
});

describe('a rehearsal', () => {
  const given = evidence().bundle.manifest;
  const limits = (memoryBytes: number) => ({ ...given.phases[0], memoryBytes }) as Phase;

  it('needs its server, the largest of its phases and both versions', () => {
    if (given.apps === 'none') expect.fail('the example has applications');
    const { previous, next } = given.apps;
    const apps = { previous: { ...previous, memoryBytes: 3 * GiB }, next: { ...next, memoryBytes: 2 * GiB } };
    const needs = needsOf({ ...given, phases: [limits(GiB)], rollback: limits(4 * GiB), apps });
    expect(needs.memoryBytes).toBe(9.25 * GiB);
  });

  it('needs the major that it names, 17 where it brings its own snapshot, and else its snapshot’s', () => {
    const sql = { kind: 'sql', files: [] } as const;
    const registered = { kind: 'registered', name: 'orders' } as const;
    const majorOf = (snapshot: Manifest['snapshot'], major?: number) =>
      needsOf({ ...given, snapshot, postgres: { settings: {}, ...(major === undefined ? {} : { major }) } }).major;
    expect([majorOf(sql), majorOf(sql, 15), majorOf(registered), majorOf(registered, 18)]).toEqual([
      17,
      15,
      undefined,
      18,
    ]);
  });
});
