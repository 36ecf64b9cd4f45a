import { expect, it } from 'vitest';
import type { TappedStatement } from '../../../shared/edge/ports/tap.ts';
import { observeWorkers } from '../../../workers/apps/observe-workers.ts';
import type { RunningWorker } from '../../../workers/apps/start-workers.ts';
import type { LiveRun } from '../../../workers/live-run.ts';

/** A process that says a word at each of these moments, and may end at one, on a clock that nobody waits for. */
function talking(saysAtMs: readonly number[], endsAtMs = Number.POSITIVE_INFINITY) {
  let nowMs = 0;
  const wait = async (ms: number) => {
    nowMs += ms;
  };
  const run = { now: () => nowMs, clock: { wait }, redact: { output: (line: string) => line } };
  const said = () =>
    saysAtMs
      .filter((atMs) => atMs <= nowMs)
      .map((_, index) => ({ ordinal: index + 1, sql: 'SELECT 1', commandTag: 'SELECT 1', rows: 1 }));
  const worker = {
    name: 'mails',
    process: { output: () => ({ stdout: '', stderr: '' }) },
    tap: { statements: () => said() as unknown as readonly TappedStatement[] },
    endedWith: () => (nowMs >= endsAtMs ? 1 : undefined),
  };
  const background = { workers: [worker as unknown as RunningWorker], [Symbol.asyncDispose]: async () => undefined };
  return { run: run as unknown as LiveRun, background, now: () => nowMs };
}

it('hears a background process out that goes on talking, and what ends it after that', async () => {
  const { run, background } = talking([300, 500, 700, 900, 1_100], 1_250);
  expect(await observeWorkers(run, background)).toMatchObject([{ statements: 5, endedByItself: 1 }]);
});

it('has heard one that says nothing more, and waits no longer', async () => {
  const { run, background, now } = talking([100, 120]);
  expect(await observeWorkers(run, background)).toMatchObject([{ statements: 2 }]);
  expect(now()).toBeLessThan(500);
});

it('does not wait for ever, neither for a first word nor for the last one of many', async () => {
  const silent = talking([]);
  expect(await observeWorkers(silent.run, silent.background)).toMatchObject([{ statements: 0 }]);
  expect(silent.now()).toBeLessThan(2_500);
  const chatty = talking(Array.from({ length: 1_000 }, (_, index) => 20 * index));
  await observeWorkers(chatty.run, chatty.background);
  expect(chatty.now()).toBeLessThan(4_500);
});
