import { expect, test } from 'vitest';
import type { StopRequest } from '../../../shared/edge/adapters/asked-to-stop.ts';
import { stopOnSignals } from '../../../workers/cli/stop-on-signals.ts';

test('the first request aborts with what exits 4, and says what happens', () => {
  let said = '';
  let ask: (by: StopRequest, times: number) => void = () => undefined;
  const ignored = (): void => undefined;
  const stderr = (text: string): void => {
    said += text;
  };
  const io = { stdout: ignored, stderr, env: {}, cwd: '/', exit: ignored };
  const listen = (onRequest: typeof ask) => {
    ask = onRequest;
    return { [Symbol.dispose]: ignored };
  };
  using stop = stopOnSignals(io, false, { listen });
  expect(stop.signal.aborted).toBe(false);
  ask('SIGINT', 1);
  expect(stop.signal.reason).toMatchObject({ fault: 'machine', code: 'stopped' });
  expect(said).toContain('stopping (SIGINT)');
  ask('disconnect', 2);
  expect(said.split('\n')).toHaveLength(2);
});
