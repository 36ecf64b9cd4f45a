import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RunResult } from '../../shared/domain/observation.ts';
import type { Verdict } from '../../shared/domain/verdict.ts';
import { checkout } from '../support/cli.ts';
import { blockingChecks, readOut, rehearsed, summaryOf } from '../support/rehearsed.ts';
import { reportMismatches } from '../support/report-shape.ts';
import { describeWith, type Need } from '../support/require.ts';
import { toolBundle } from '../support/tool-bundle.ts';

/** What a rehearsal of one bundle must show; `must` and `may` are its blocking findings, `may` besides `must`. */
interface Expected {
  readonly verdict: Verdict;
  readonly story?: string;
  readonly ledger: { readonly tool: string; readonly relation: string };
  readonly must: readonly string[];
  readonly may: readonly string[];
  /** Default: the process host alone. */
  readonly hosts?: readonly Host[];
  /** What the machine must have besides, by host. */
  readonly needs?: Readonly<Partial<Record<Host, Need>>>;
}
type Host = 'process' | 'docker';

interface Case extends Expected {
  readonly path: string;
}

const directory = join(checkout, 'test/tools');
const cases: readonly Case[] = readdirSync(directory, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !['packages', 'shop'].includes(entry.name))
  .flatMap(({ name }) => {
    const expected: Record<string, Expected> = JSON.parse(readFileSync(join(directory, name, 'expected.json'), 'utf8'));
    return Object.entries(expected).map(([bundle, one]) => ({ ...one, path: join(name, bundle) }));
  });

for (const host of ['process', 'docker'] as const) {
  const there = cases.filter(({ hosts }) => (hosts ?? ['process']).includes(host));
  for (const need of new Set(there.map(({ needs }) => needs?.[host] ?? host))) {
    const title = `a migration tool is rehearsed on the ${host} host as the command that it is`;
    const body = () =>
      test.for(there.filter(({ needs }) => (needs?.[host] ?? host) === need))('$path: $verdict', (one) =>
        rehearseCase(one, host),
      );
    if (need === 'process') describe(title, body);
    else describeWith(need, title, body);
  }
}

async function rehearseCase({ path, verdict, ledger, must, may }: Case, host: Host): Promise<void> {
  await using bundle = await toolBundle(path);
  await using rehearsal = await rehearsed(bundle.dir, ['--host', host]);
  const { report, finished } = rehearsal;
  const summary = summaryOf(report);
  expect(reportMismatches(report)).toEqual([]);
  expect(report.host.kind).toBe(host);
  expect({ verdict: report.verdict, code: finished.code }, summary).toEqual({
    verdict,
    code: verdict === 'pass' ? 0 : 1,
  });
  const found = blockingChecks(report);
  expect(found, summary).toEqual(expect.arrayContaining([...must]));
  expect(
    found.filter((check) => ![...must, ...may].includes(check)),
    summary,
  ).toEqual([]);
  expect(ledgersOf(await readOut(rehearsal, 'evidence.json'))).toContainEqual(ledger);
}

/** Which tables the quiet run took for ledgers, and of which tool. */
function ledgersOf(evidence: string): readonly Expected['ledger'][] {
  const { runs }: { runs: readonly RunResult[] } = JSON.parse(evidence);
  const end = runs.find(({ spec }) => spec.id === 'control')?.end;
  return end?.seen ? end.value.ledgers.map(({ tool, relation }) => ({ tool, relation })) : [];
}
