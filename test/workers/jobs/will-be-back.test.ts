import { pino } from 'pino';
import { expect, test } from 'vitest';
import { parseRehearsalId, parseRunId } from '../../../shared/domain/ids.ts';
import { RehearsalError } from '../../../shared/domain/problem.ts';
import type { JobParts } from '../../../workers/jobs/jobs.ts';
import { jobsOf } from '../../../workers/jobs/jobs.ts';

const id = parseRehearsalId('rh-0000000000000001');
const runId = parseRunId('control');
const away = (code: string) => new RehearsalError('machine', code, 'It is away.', 'Start it.');

/** A store in which failures and gaps are written down. */
function noted() {
  const written: string[] = [];
  const store = {
    rehearsals: { fail: async () => void written.push('failed') },
    runs: {
      claim: async () => ({ fence: 1, spec: { id: runId } }),
      finish: async () => written.push('not run'),
    },
  };
  const parts = { store, worker: 'w', log: pino({ level: 'silent' }) } as unknown as JobParts;
  return { written, jobs: jobsOf(parts) };
}

test.each(['store-unreachable', 'artifacts-unreachable'])('%s is no reason to give anything up', async (code) => {
  const { written, jobs } = noted();
  await expect(jobs.giveUp(id, away(code))).rejects.toThrow('It is away.');
  await expect(jobs.giveUpRun(id, runId, away(code))).rejects.toThrow('It is away.');
  expect(written).toEqual([]);
});

test('what would fail again is written down', async () => {
  const { written, jobs } = noted();
  await jobs.giveUp(id, away('unknown-bundle'));
  await jobs.giveUpRun(id, runId, new Error('no room'));
  expect(written).toEqual(['failed', 'not run']);
});
