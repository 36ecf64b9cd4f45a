import { deepStrictEqual } from 'node:assert/strict';
import type { Evidence } from '../../shared/domain/observation.ts';
import type { Report } from '../../shared/domain/report.ts';
import { judge } from '../../shared/judge/judge.ts';
import { assembleReport } from '../../shared/report/assemble-report.ts';
import type { Engine } from '../../workers/engine.ts';
import { rehearse } from '../../workers/rehearse.ts';
import { blockingChecks, weakOtherwise } from '../support/rehearsed.ts';
import { reportMismatches } from '../support/report-shape.ts';
import { writtenBundle } from '../support/vendor.ts';
import { asBundle } from './as-bundle.ts';
import type { KnownCase, Wanted } from './known-case.ts';

export type Which = 'unsafe' | 'safe';

/** A machine that is busy for so long is the finding. */
const rehearsalsMax = 3;

/**
 * Rehearses one twin in its scenarios. A machine that was busy for a moment gives weak evidence; what the report says
 * then is done: it is rehearsed again.
 */
export async function answered(engine: Engine, known: KnownCase, which: Which): Promise<Report> {
  for (let made = 1; ; made += 1) {
    const report = judged(await rehearsed(engine, known, which));
    const weak = weakOtherwise(report);
    const isEnough = which === 'unsafe' && differences(known, which, report).length === 0;
    if (weak.length === 0 || isEnough || made === rehearsalsMax) return report;
    process.stderr.write(`${known.topic}: ${known.slug} ${which} is rehearsed again: ${weak.join(', ')}\n`);
  }
}

/** Where the report is not the known answer. */
export function differences(known: KnownCase, which: Which, report: Report): readonly string[] {
  return which === 'unsafe' ? [...missed(known, report), ...surplus(known, report)] : alarms(known, report);
}

const missed = (known: KnownCase, report: Report): readonly string[] =>
  known.finds
    .filter((wanted) => !report.findings.some((found) => matches(found, wanted)))
    .map((wanted) => `${JSON.stringify(wanted)} was not found`);

const matches = (found: Report['findings'][number], wanted: Wanted): boolean =>
  Object.entries(wanted).every(([key, value]) => found[key as keyof Wanted] === value);

function surplus({ finds, mayFind = [] }: KnownCase, report: Report): readonly string[] {
  const expected = new Set([...finds.map(({ check }) => check), ...mayFind]);
  return blockingChecks(report)
    .filter((check) => !expected.has(check))
    .map((check) => `${check} was not expected`);
}

/**
 * Nothing blocks, what the unsafe twin shows is not there, and nothing is missing but what was left out. A case names
 * the check that rightly warns in its safe twin: where nobody has to live, a version may break.
 */
function alarms({ finds, warnsInSafe = [] }: KnownCase, report: Report): readonly string[] {
  const wrong = new Set(finds.map(({ check }) => check).filter((check) => !warnsInSafe.includes(check)));
  const found = report.findings.filter(({ check, severity }) => severity === 'blocks' || wrong.has(check));
  const unclear = report.checks
    .filter(({ outcome }) => outcome === 'broken' || outcome === 'undetermined')
    .flatMap(({ id, outcome, reason = '' }) => reason.split('; ').map((because) => `${outcome} ${id}: ${because}`));
  return [
    ...found.map(({ check, severity }) => `${check} must not be found (${severity})`),
    ...[...weakOtherwise(report), ...unclear].filter((said) => !said.endsWith('was left out by the caller')),
  ];
}

async function rehearsed(engine: Engine, known: KnownCase, which: Which): Promise<Evidence> {
  await using bundle = await writtenBundle(asBundle(known, which));
  await using loaded = await engine.load(bundle.dir);
  const context = await engine.prepare(loaded, { only: known.scenarios });
  const { signal } = new AbortController();
  return await rehearse(context.plan, {
    clock: context.clock,
    parallel: 2,
    perform: (spec, shapes) => engine.perform({ ...context, shapes }, spec, signal),
    progress: () => undefined,
  });
}

/** In every case the report is a valid one, and evidence that was stored and is judged again gives the same. */
function judged(evidence: Evidence): Report {
  const report = reportOf(evidence);
  deepStrictEqual(reportMismatches(report), []);
  deepStrictEqual(plain(reportOf(plain(evidence))), plain(report));
  return report;
}

const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

const reportOf = (evidence: Evidence): Report => assembleReport(evidence, judge(evidence, { honourWaivers: true }));
