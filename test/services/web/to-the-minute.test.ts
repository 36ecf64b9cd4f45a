import { expect, it } from 'vitest';
import { toTheMinute } from '../../../services/web/src/pages/to-the-minute.ts';

it('tells the times of a reason to the minute, and leaves all else as it is', () => {
  expect(toTheMinute('rh-1 passed on 2026-11-29T20:44:48.376Z, until 2026-12-01T00:00:00Z; 2026-11-29T')).toBe(
    'rh-1 passed on 2026-11-29 20:44 UTC, until 2026-12-01 00:00 UTC; 2026-11-29T',
  );
});
