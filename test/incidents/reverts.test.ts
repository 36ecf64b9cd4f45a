import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../shared/domain/report.ts';
import { judge } from '../../shared/judge/judge.ts';
import { assembleReport } from '../../shared/report/assemble-report.ts';
import { type Engine, openEngine } from '../../workers/engine.ts';
import { defaultDataRoot } from '../../workers/hosts/data-root.ts';
import { rehearse } from '../../workers/rehearse.ts';
import { blockingChecks, summaryOf, weakOtherwise } from '../support/rehearsed.ts';
import { reportMismatches } from '../support/report-shape.ts';
import { type Directory, temporaryDirectory } from '../support/vendor.ts';

const incident = join(import.meta.dirname, 'rename-before-old-code-is-gone');

/** What one way back must show where it starts; nothing must block where it lists no check. */
interface Revert {
  readonly attempt: string;
  readonly environment: 'production' | 'staging';
  readonly must: readonly string[];
  /** With which the server refuses a statement, each time it is tried. */
  readonly sqlstate?: string;
}

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ dataRoot: defaultDataRoot(process.env), host: 'process' });
});
afterAll(async () => {
  await engine?.[Symbol.asyncDispose]();
});

const { reverts } = JSON.parse(await readFile(join(incident, 'expected.json'), 'utf8')) as {
  readonly reverts: readonly Revert[];
};

describe('the ways back from a rename, where its clean-up ran and where it did not', () => {
  test('every attempt is judged in both environments, and only the last one holds in both', () => {
    const attempts = Map.groupBy(reverts, ({ attempt }) => attempt);
    expect([...attempts.values()].map((both) => both.map(({ environment }) => environment))).toEqual(
      Array(attempts.size).fill(['production', 'staging']),
    );
    const holding = [...attempts].filter(([, both]) => both.every(({ must }) => must.length === 0));
    expect(holding.map(([attempt]) => attempt)).toEqual([[...attempts.keys()].at(-1)]);
  });

  test.for(reverts)('$attempt in $environment', async ({ attempt, environment, must, sqlstate }) => {
    const report = await reverted(attempt, environment);
    const refused = report.runs.flatMap(({ migration }) => migration.flatMap(({ statements }) => statements));
    expect(
      {
        environment: report.environment,
        verdict: report.verdict,
        blocking: blockingChecks(report),
        refused: [...new Set(refused.flatMap((statement) => statement.sqlstate ?? []))],
        weak: weakOtherwise(report),
      },
      summaryOf(report),
    ).toEqual({
      environment,
      verdict: must.length > 0 ? 'fail' : 'inconclusive',
      blocking: must,
      refused: sqlstate === undefined ? [] : [sqlstate],
      weak: [],
    });
  });
});

/** The next release of the unsafe twin: its migrations and one more; alone, for what it does shows in nobody's company. */
async function reverted(attempt: string, environment: string): Promise<Report> {
  await using bundle = await release(attempt);
  await using loaded = await engine.load(bundle.dir, environment);
  const context = await engine.prepare(loaded, { only: ['control'] });
  const evidence = await rehearse(context.plan, {
    clock: context.clock,
    parallel: 1,
    perform: (spec) => engine.perform(context, spec, new AbortController().signal),
    progress: () => undefined,
  });
  const report = assembleReport(evidence, judge(evidence));
  expect(reportMismatches(report)).toEqual([]);
  return report;
}

async function release(attempt: string): Promise<Directory> {
  const bundle = await temporaryDirectory();
  for (const part of ['unsafe', 'reverts']) await cp(join(incident, part), bundle.dir, { recursive: true });
  await cp(
    join(incident, 'reverts/attempts', `${attempt}.sql`),
    join(bundle.dir, `migrations/20240814_${attempt}.sql`),
  );
  return bundle;
}
