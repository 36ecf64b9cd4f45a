import { expect, it } from 'vitest';
import { readsSeen } from '../../workers/scenarios/standby-reads.ts';

const read = (intendedMs: number, endedMs: number, relation = 'public.orders') => ({ relation, intendedMs, endedMs });
const excused = [{ fromMs: 1_500, toMs: 1_700 }];

it('a read that took long waited for a lock only as long as the server saw one waiting', () => {
  const slow = { planned: 2, reads: [read(0, 3_000), read(5_000, 7_500, 'public.busy')] };
  expect(readsSeen(slow, { locked: [], excused })).toMatchObject({ planned: 2, done: 2, waitedMsMax: 0 });
  expect(readsSeen(slow, { locked: [], excused })).not.toHaveProperty('waitedOn');
  const locked = [
    { fromMs: 1_000, toMs: 2_000 },
    { fromMs: 2_900, toMs: 3_200 },
  ];
  // Of the second one, which ends with the read, only what it saw; and never what was somebody else's doing.
  expect(readsSeen(slow, { locked, excused })).toMatchObject({ waitedMsMax: 900, waitedOn: 'public.orders' });
});
