import { describe, expect, it } from 'vitest';
import {
  disableAfterMs,
  judgeFailure,
  retryDelaysMs,
} from '../../../services/integrations/webhooks/deliver-messages.ts';

const at = new Date('2026-03-01T00:00:00Z');
const message = (attempts: number, failingSince: Date | null = null) => ({
  id: 'msg_1',
  webhookId: 'wh_1',
  url: 'https://hooks.example/x',
  secret: Buffer.alloc(32),
  body: '{}',
  attempts,
  failingSince,
});

describe('a webhook that fails', () => {
  it('is tried again later and later, never at the same moment as its neighbours', () => {
    const waits = retryDelaysMs.map((_, index) => {
      const spread = [0, 0.5, 1].map((random) => judgeFailure(message(index + 1), 'status 500', at, random).nextAt);
      return spread.map((next) => (next?.getTime() ?? Number.NaN) - at.getTime());
    });
    for (const [index, delay] of retryDelaysMs.entries()) {
      expect(waits[index]).toEqual([delay * 0.8, delay, delay * 1.2]);
      expect(delay).toBeGreaterThan(retryDelaysMs[index - 1] ?? 0);
    }
  });

  it('is given up after the last attempt, and stays enabled for the next event', () => {
    const last = judgeFailure(message(retryDelaysMs.length + 1), 'status 500', at, 0.5);
    expect(last).toMatchObject({ nextAt: null, disable: false });
  });

  it('is disabled once nothing has arrived for days, and at once where the receiver is gone', () => {
    const since = (ms: number) => new Date(at.getTime() - ms);
    expect(judgeFailure(message(2, since(disableAfterMs - 1)), 'status 500', at, 0).disable).toBe(false);
    expect(judgeFailure(message(2, since(disableAfterMs)), 'ECONNREFUSED', at, 0)).toMatchObject({
      disable: true,
      nextAt: null,
    });
    expect(judgeFailure(message(1), 'status 410', at, 0)).toMatchObject({ disable: true, nextAt: null });
  });
});
