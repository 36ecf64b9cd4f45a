import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

/** One project a stage of `npm test`; unit tests need no server, everything else runs real parts. */
const project = (name: string, include: string[], timeoutMs: number, concurrent = false) => ({
  test: {
    ...{ name, include, testTimeout: timeoutMs, hookTimeout: timeoutMs, environment: 'node' as const },
    sequence: { concurrent },
    expect: { poll: { timeout: pollMs } },
  },
});
/** A page that takes seconds beside a busy neighbour is slow, and not wrong. */
const pollMs = 15_000;
/** Whole rehearsals mostly wait; two at a time still leave each other's timing evidence, and more would not. */
const rehearsalsAtOnce = 2;
const concurrently = true;

const pure = project('unit', ['test/{shared,workers,services}/**/*.test.ts', 'test/*.test.ts'], 20_000);
/** They keep nothing, so that modules are loaded once for all of them: half of the time otherwise. */
const unit = { test: { ...pure.test, isolate: false } };

/** Nearly every test there starts servers of its own. */
const withServers = ({ test }: ReturnType<typeof project>) => ({
  test: { ...test, globalSetup: './test/support/made-clusters.ts' },
});

export default defineConfig({
  test: {
    maxConcurrency: rehearsalsAtOnce,
    sequence: { sequencer: LongestFirst },
    projects: [
      unit,
      withServers(project('lab', ['test/lab/**/*.test.ts'], 180_000)),
      withServers(project('contract', ['test/contract/**/*.test.ts'], 300_000)),
      project('incidents', ['test/incidents/*.test.ts'], 900_000, concurrently),
      project('known-answers', ['test/known-answers/*.test.ts'], 300_000, concurrently),
      project('tools', ['test/{tools,applications}/*.test.ts'], 900_000, concurrently),
      project('browser', ['test/browser/**/*.test.ts'], 300_000),
    ],
  },
});
