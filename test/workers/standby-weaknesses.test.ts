import { expect, it } from 'vitest';
import { standbyWeaknesses } from '../../workers/scenarios/standby-weaknesses.ts';
import { standbySeen } from '../support/standby-seen.ts';

const seen = (waitedMsMax: number, mayHaveWaitedMs: number, looks: { gapMsMax: number; lost?: string }) =>
  standbyWeaknesses(
    { place: undefined, blockedMs: 1_000 },
    {
      ...{ stoppedAt: undefined, looks, mayHaveWaitedMs },
      observation: { ...standbySeen(), reads: { planned: 60, done: 60, failedBySqlstate: {}, waitedMsMax } },
    },
  ).map(({ because }) => because);

it('is none where somebody looked all the time, whatever was seen', () => {
  expect(seen(40, 90, { gapMsMax: 30 })).toEqual([]);
  expect(seen(2_000, 2_040, { gapMsMax: 30 })).toEqual([]);
});

it('is one where reads were only not seen waiting because nobody could look any more', () => {
  expect(seen(0, 0, { gapMsMax: 400, lost: 'the connection was lost' })).toEqual([
    'the standby could not be looked at to the end',
  ]);
});

it('is one where a read waited longer than the budget only if it did so while nobody looked', () => {
  expect(seen(600, 1_400, { gapMsMax: 400 })).toEqual([
    'a read waited for 600 ms at least and 1400 ms at most, and nobody looked in between',
  ]);
  expect(seen(0, 0, { gapMsMax: 1_001 })).toEqual(['the replication was not looked at for 1001 ms']);
});
