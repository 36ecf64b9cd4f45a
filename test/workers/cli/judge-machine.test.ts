import { expect, test } from 'vitest';
import { judgeMachine, type MachineFacts } from '../../../workers/cli/judge-machine.ts';

const GiB = 1024 ** 3;
const ordinary: MachineFacts = {
  node: '24.1.0',
  npm: '11.0.0',
  openFilesMax: 65_536,
  freeBytes: 50 * GiB,
  reserveBytes: 2 * GiB,
  redis: { kind: 'answers', evictionPolicy: 'noeviction' },
};

const lacksOf = (facts: Partial<MachineFacts>) => judgeMachine({ ...ordinary, ...facts }).filter(({ ok }) => !ok);

test('an ordinary machine lacks nothing', () => {
  expect(lacksOf({})).toEqual([]);
  expect(lacksOf({ openFilesMax: undefined, redis: { kind: 'not-named', version: 'Redis server v=7' } })).toEqual([]);
});

test.for([
  ['disk', { freeBytes: 4 * GiB }, 'REHEARSAL_DATA='],
  ['node', { node: '20.20.2' }, 'npm run -s rehearse'],
  ['npm', { npm: undefined }, 'apt-get install npm'],
  ['npm', { npm: '8.19.0' }, 'npm install'],
  ['open files', { openFilesMax: 256 }, 'ulimit -n'],
  ['redis', { redis: { kind: 'not-named', version: undefined } }, 'apt-get install redis-server'],
  ['redis', { redis: { kind: 'unreachable', why: 'ECONNREFUSED' } }, 'ping'],
  ['redis', { redis: { kind: 'answers', evictionPolicy: 'allkeys-lru' } }, 'noeviction'],
] as const)('%s: %j is a lack with a remedy', ([what, facts, remedy]) => {
  expect(lacksOf(facts)).toEqual([expect.objectContaining({ what, remedy: expect.stringContaining(remedy) })]);
});
