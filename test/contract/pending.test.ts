import { describe, test } from 'vitest';

/** Rules of CONTRACT.md that nothing looks at yet. They are listed as todo, so nobody can take them for passed. */
describe('pending rules of the contract', () => {
  const pending = ['1: load rates and holds captured with the snapshot'];
  for (const rule of pending) test.todo(`pending: ${rule}`);
});
