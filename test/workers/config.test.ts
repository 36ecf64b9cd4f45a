import { expect, test } from 'vitest';
import { readWorkerConfig } from '../../workers/config.ts';

const DATABASE_URL = 'postgresql://rehearsal@localhost/rehearsal';

test('everything in the environment of a worker that is wrong is told at once', () => {
  const env = { REHEARSAL_PER_SERVICE: '0', REHEARSAL_RUNS_AT_ONCE: 'two', REHEARSAL_HOST: 'cloud' };
  const keys = ['DATABASE_URL', 'REHEARSAL_HOST', 'REHEARSAL_RUNS_AT_ONCE', 'REHEARSAL_PER_SERVICE'];
  expect(() => readWorkerConfig(env)).toThrow(
    expect.objectContaining({ problems: keys.map((key) => expect.objectContaining({ key })) }),
  );
});

test('a service has four rehearsals at once unless something else is said', () => {
  expect(readWorkerConfig({ DATABASE_URL }).perService).toBe(4);
  expect(readWorkerConfig({ DATABASE_URL, REHEARSAL_PER_SERVICE: '1' }).perService).toBe(1);
});
