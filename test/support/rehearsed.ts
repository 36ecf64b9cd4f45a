import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '../../shared/domain/report.ts';
import { type Finished, type RehearseOptions, rehearse } from './cli.ts';
import { type Directory, temporaryDirectory } from './vendor.ts';

/** One rehearsal as the outside sees it; its files live as long as its scope. */
export interface Rehearsed extends AsyncDisposable {
  readonly finished: Finished;
  readonly report: Report;
  /** Directory of `--out`. */
  readonly out: string;
}

export interface RehearsedOptions extends RehearseOptions {
  /** With `--only`: what is not left out is expected to bring its evidence, which others at work may keep waiting. */
  readonly complete?: boolean;
}

/**
 * Runs `rehearse run` with `--format json --out`; throws with everything that was printed where there is no report.
 * Where traffic could not be measured because the machine was busy, it does what the report says: rehearse again.
 * A pass or a fail is never asked again.
 */
export async function rehearsed(
  bundle: string,
  args: readonly string[] = [],
  { complete, ...options }: RehearsedOptions = {},
): Promise<Rehearsed> {
  for (let made = 1; ; made += 1) {
    const patient = complete === true ? { timeoutMs: turnsTimeoutMs } : {};
    const rehearsal = await rehearsedOnce(bundle, args, { ...patient, ...options });
    const { report } = rehearsal;
    const weak = complete === true || !args.includes('--only') ? weakOtherwise(report) : [];
    const isFinal = report.verdict !== 'inconclusive' || weak.length === 0;
    if (isFinal || made === rehearsalsMax) return rehearsal;
    process.stderr.write(`rehearsed again, number ${made} was inconclusive: ${weak.join(', ')}\n`);
    await rehearsal[Symbol.asyncDispose]();
  }
}

/** A machine that is busy for so long is the finding. */
const rehearsalsMax = 3;
/** Runs under load take turns on a machine, those of other rehearsals included. */
const turnsTimeoutMs = 600_000;

async function rehearsedOnce(bundle: string, args: readonly string[], options: RehearseOptions): Promise<Rehearsed> {
  const out: Directory = await temporaryDirectory();
  try {
    const finished = await rehearse(['run', bundle, '--format', 'json', '--out', out.dir, ...args], options);
    const report = parseReport(finished);
    return { finished, report, out: out.dir, [Symbol.asyncDispose]: () => out[Symbol.asyncDispose]() };
  } catch (error) {
    await out[Symbol.asyncDispose]();
    throw error;
  }
}

/** Findings that close the gate, as the checks' ids, sorted and without repetition. */
export function blockingChecks(report: Report): readonly string[] {
  const blocking = report.findings.filter((finding) => finding.severity === 'blocks' && finding.waivedBy === undefined);
  return [...new Set(blocking.map((finding) => finding.check))].sort();
}

/** Why evidence is weak, other than that a scenario was left out by `--only`, which proves nothing and is no fault. */
export const weakOtherwise = (report: Report): readonly string[] =>
  report.findings
    .filter(({ check }) => check === 'weak-evidence')
    .flatMap(({ evidence }) => (evidence as { readonly reasons?: readonly string[] }).reasons ?? ['no reason is told'])
    .filter((reason) => !reason.endsWith('was left out by the caller'));

/** All that a reader of a failed test needs to see of a report. */
export function summaryOf(report: Report): string {
  const findings = report.findings.map(({ severity, check, phase, ordinal, relation, app, state, summary, scenario }) =>
    [severity, check, phase, ordinal, relation, app, state, `(${scenario}):`, summary].filter(Boolean).join(' '),
  );
  const unclear = report.checks
    .filter(({ outcome }) => outcome === 'undetermined' || outcome === 'broken')
    .map((check) => `${check.outcome} ${check.id}: ${check.reason ?? ''}`);
  const cells = report.compatibility.cells
    .filter(({ outcome, gates }) => outcome === 'fail' || (outcome === 'not-run' && gates))
    .map((cell) => `${cell.outcome} ${cell.app} ${cell.boot} at "${cell.state}"${cell.gates ? ', gates' : ''}`);
  const runs = report.runs.map((run) => {
    const ends = run.migration.map((attempt) => `${attempt.phase}#${attempt.attempt}:${attempt.exitCode}`);
    return `${run.id} ${run.outcome} ${run.durationMs} ms ${ends.join(' ')}`;
  });
  return [`${report.verdict}: ${report.sentence}`, ...findings, ...unclear, ...cells, ...runs].join('\n  ');
}

export async function readOut(rehearsal: Rehearsed, file: string): Promise<string> {
  return readFile(join(rehearsal.out, file), 'utf8');
}

function parseReport(finished: Finished): Report {
  const parsed = parseJson(finished);
  if (parsed === undefined || !('reportVersion' in parsed)) {
    throw new Error(`no report (exit code ${finished.code}):\n${finished.stderr}\n${finished.stdout}`);
  }
  return parsed as Report;
}

function parseJson({ stdout }: Finished): object | undefined {
  try {
    const value: unknown = JSON.parse(stdout);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
