import { defineConfig } from 'vitest/config';

/** One project a stage of `npm test`; unit tests need no server, everything else runs real parts. */
const project = (name: string, include: string[], timeoutMs: number) => ({
  test: { name, include, testTimeout: timeoutMs, hookTimeout: timeoutMs, environment: 'node' as const },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', ['test/{shared,workers,services}/**/*.test.ts', 'test/*.test.ts'], 20_000),
      project('lab', ['test/lab/**/*.test.ts'], 180_000),
      project('contract', ['test/contract/**/*.test.ts'], 300_000),
      project('incidents', ['test/incidents/*.test.ts'], 600_000),
      project('tools', ['test/tools/*.test.ts'], 600_000),
      project('browser', ['test/browser/**/*.test.ts'], 300_000),
    ],
  },
});
