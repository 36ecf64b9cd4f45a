import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RunResult } from '../../shared/domain/observation.ts';
import type { Scenario } from '../../shared/domain/run.ts';
import type { Verdict } from '../../shared/domain/verdict.ts';
import { checkout } from '../support/cli.ts';
import { blockingChecks, readOut, rehearsed, summaryOf, weakOtherwise } from '../support/rehearsed.ts';
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
  /** Default: what a tool does by itself, and what it leaves when it is interrupted; `all` for a whole rehearsal. */
  readonly scenarios?: readonly Scenario[] | 'all';
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

/** A whole rehearsal takes four times as long, and what it adds does not depend on the tool. */
const ofTheTool: readonly Scenario[] = ['control', 'interruption'];

async function rehearseCase(one: Case, host: Host): Promise<void> {
  const { path, ledger, must, may, scenarios = ofTheTool } = one;
  await using bundle = await toolBundle(path);
  const isWhole = scenarios === 'all';
  const only = isWhole ? [] : ['--only', scenarios.join(',')];
  await using rehearsal = await rehearsed(bundle.dir, ['--host', host, ...only], { complete: true });
  const { report, finished } = rehearsal;
  const summary = summaryOf(report);
  expect(reportMismatches(report)).toEqual([]);
  expect(report.host.kind).toBe(host);
  // What was left out proves nothing, and nothing else may be missing.
  const verdict = one.verdict === 'pass' && !isWhole ? 'inconclusive' : one.verdict;
  const code = { pass: 0, fail: 1, inconclusive: 3 }[verdict];
  expect({ verdict: report.verdict, code: finished.code }, summary).toEqual({ verdict, code });
  if (verdict === 'inconclusive') expect(weakOtherwise(report), summary).toEqual([]);
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
