import { expect, test } from 'vitest';
import type { LockMode } from '../../../shared/domain/lock.ts';
import { HeldLocks } from '../../../workers/migration/held-locks.ts';

/** After VALIDATE has proved something, a NOT NULL of a later transaction reads no row: it must have been looked at. */
test.for<[LockMode, boolean]>([
  ['RowExclusiveLock', false],
  ['ShareUpdateExclusiveLock', true],
  ['ShareLock', true],
  ['AccessExclusiveLock', true],
])('under %s something may have been built or proved: %s', ([mode, expected]) => {
  const held = new HeldLocks(() => undefined);
  held.take({ ordinal: 1, sentAtMs: 0, finishedAtMs: 1 }, { locks: [{ relation: 'public.tasks', mode }] }, 0);
  expect(held.mayBuild).toBe(expected);
});
