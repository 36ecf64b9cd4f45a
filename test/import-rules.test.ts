import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const config = createRequire(import.meta.url)(join(root, '.dependency-cruiser.cjs')) as {
  forbidden: { name: string; comment: string }[];
};

/** For each rule a file that breaks it, and what it imports. */
const planted: Readonly<Record<string, readonly [from: string, to: string]>> = {
  'domain-imports-nothing': ['shared/domain/planted.ts', '../plan/planted-plan.ts'],
  'core-without-edge': ['shared/report/planted.ts', '../edge/ports/planted-port.ts'],
  'core-without-io': ['shared/plan/planted.ts', 'node:fs'],
  'judge-does-not-plan-runs': ['shared/judge/planted.ts', '../report/planted-report.ts'],
  'checks-see-readings-only': ['shared/judge/checks/planted.ts', '../../report/planted-report.ts'],
  'rooms-know-no-judge': ['workers/load/planted.ts', '../../shared/judge/planted-judge.ts'],
  'rooms-know-no-adapter': ['workers/apps/planted.ts', '../../shared/edge/adapters/planted-adapter.ts'],
  'lower-rooms-know-no-scenario': ['workers/migration/planted.ts', '../scenarios/planted-scenario.ts'],
  'tap-knows-only-the-wire': ['workers/tap/planted.ts', '../probes/planted-probe.ts'],
  'services-know-no-worker': ['services/api/planted.ts', '../../workers/scenarios/planted-scenario.ts'],
  'dockerode-in-one-place': ['workers/jobs/planted-docker.ts', 'dockerode'],
  'pg-at-the-edge': ['workers/scenarios/planted-pg.ts', 'pg'],
  'queue-at-the-edge': ['workers/jobs/planted-queue.ts', 'bullmq'],
  'sql-runner-stands-alone': ['workers/sql-runner/planted.ts', '../../shared/domain/planted-domain.ts'],
  'nothing-imports-tests': ['workers/cli/planted.ts', '../../test/support/planted-test.ts'],
  'no-circles': ['workers/jobs/circle-a.ts', './circle-b.ts'],
};
const targets = [
  'shared/domain/planted-domain.ts',
  'shared/plan/planted-plan.ts',
  'shared/edge/ports/planted-port.ts',
  'shared/edge/adapters/planted-adapter.ts',
  'shared/report/planted-report.ts',
  'shared/judge/planted-judge.ts',
  'workers/scenarios/planted-scenario.ts',
  'workers/probes/planted-probe.ts',
  'test/support/planted-test.ts',
];

describe('import rules', () => {
  const dir = mkdtempSync(join(tmpdir(), 'rehearsal-imports-'));
  let violations: { rule: { name: string }; from: string }[] = [];

  beforeAll(() => {
    const write = (path: string, content: string) => {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), content);
    };
    for (const path of targets) write(path, 'export const planted = 1;\n');
    for (const [from, to] of Object.values(planted))
      write(from, `import * as planted from '${to}';\nexport const seen = planted;\n`);
    write('workers/jobs/circle-b.ts', `import * as planted from './circle-a.ts';\nexport const seen = planted;\n`);
    write('tsconfig.json', '{}');
    write('package.json', '{"type":"module","dependencies":{"pg":"*","bullmq":"*","dockerode":"*"}}');
    symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'));
    const output = execFileSync(
      join(root, 'node_modules', '.bin', 'depcruise'),
      [
        '--config',
        join(root, '.dependency-cruiser.cjs'),
        '--output-type',
        'json',
        'services',
        'workers',
        'shared',
        'test',
      ],
      { cwd: dir, encoding: 'utf8', maxBuffer: 64 * 2 ** 20 },
    );
    violations = (JSON.parse(output) as { summary: { violations: typeof violations } }).summary.violations;
  });

  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  test('every rule has a planted violation and a reason', () => {
    expect(Object.keys(planted).sort()).toEqual(config.forbidden.map((rule) => rule.name).sort());
    for (const rule of config.forbidden) expect(rule.comment.length, rule.name).toBeGreaterThan(20);
  });

  test.each(Object.keys(planted))('%s fires on its planted violation', (name) => {
    expect(violations.filter((violation) => violation.rule.name === name).map(({ from }) => from)).toContain(
      planted[name]?.[0],
    );
  });
});
