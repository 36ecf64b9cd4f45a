import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { expiryOf } from '../../../services/api/expiry.ts';

describe('until', () => {
  beforeEach(() => {
    vi.stubEnv('TZ', 'America/New_York');
    vi.useFakeTimers({ now: new Date('2026-01-01T00:00:00Z') });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllEnvs();
  });

  it.each([
    ['2026-02-28', '2026-02-28T23:59:59.999Z'],
    ['2028-02-29', '2028-02-29T23:59:59.999Z'],
    ['2026-02-28T10:00', '2026-02-28T10:00:00.000Z'],
    ['2026-02-28T10:00:30.5', '2026-02-28T10:00:30.500Z'],
    ['2026-02-28T10:00:00Z', '2026-02-28T10:00:00.000Z'],
    ['2026-02-28T10:00:00+02:00', '2026-02-28T08:00:00.000Z'],
  ])('%s is %s, wherever the server stands', (until, expiry) => {
    expect(expiryOf(until).toISOString()).toBe(expiry);
  });

  it.each([
    '2026-02-30',
    '2026-02-29',
    '2026-13-01',
    '2026-02-30T10:00:00Z',
    '2026-02-28T25:00',
    '2026-02-28T10:00 EST',
  ])('%s is refused, because no calendar has it', (until) => {
    expect(() => expiryOf(until)).toThrowError(
      expect.objectContaining({ code: 'invalid-request', message: expect.stringContaining('calendar') }),
    );
  });

  it.each(['2025-12-31', '2025-12-31T23:59:59Z'])('%s is refused, because it is over', (until) => {
    expect(() => expiryOf(until)).toThrowError(
      expect.objectContaining({ problems: [{ key: 'body.until', message: 'must be in the future' }] }),
    );
  });
});
