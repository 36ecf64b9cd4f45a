import type { Evidence, RunResult } from '../../shared/domain/observation.ts';
import type { DatabaseState } from '../../shared/domain/schema.ts';
import { endedWell, howItEnded } from '../../shared/judge/derive/attempts.ts';
import { type ExpectedEnd, findExpectedEnd, retryConverged } from '../../shared/judge/derive/expected-end.ts';
import { sameLedger, sameSchema, sameState } from '../../shared/judge/derive/same-state.ts';

/** What one tool left behind at one interruption. */
export interface InterruptionRow {
  readonly tool: string;
  readonly interrupted: string;
  readonly command: string;
  readonly left: string;
  readonly again: string;
}

/** One row an interruption that took place, out of the evidence of one rehearsal. */
export function interruptionRows(tool: string, evidence: Pick<Evidence, 'runs'>): readonly InterruptionRow[] {
  const control = evidence.runs.find(({ spec }) => spec.id === 'control');
  const expected = findExpectedEnd(control, undefined);
  return evidence.runs
    .filter(({ spec, fault }) => spec.scenario === 'interruption' && fault?.met === true)
    .map((run) => ({
      tool,
      interrupted: interruptedText(run),
      command: commandText(run),
      left: leftText(run, expected),
      again: againText(run, expected),
    }));
}

const kinds = {
  'kill-command': 'command killed',
  'cut-connection': 'connection cut',
  'kill-backend': 'session ended',
  'out-of-memory': 'session killed as for memory',
  'kill-server': 'server killed',
  lock: 'lock held',
} as const;

function interruptedText({ fault }: RunResult): string {
  if (fault === undefined) return '';
  return `${kinds[fault.kind]} ${fault.moment} ${fault.phase} #${fault.boundary ?? '?'}`;
}

function commandText({ attempts }: RunResult): string {
  const last = attempts.at(-1);
  if (last === undefined) return 'was not started';
  return last.killedByUs ? 'is dead' : howItEnded(last);
}

function leftText({ before, end }: RunResult, expected: ExpectedEnd | null): string {
  const wanted = expected?.run.end;
  if (!before.seen || !end.seen || wanted?.seen !== true) return 'not seen';
  const locks = (end.value.heldLocks ?? []).map(({ relation }) => `, ${relation} locked`).join('');
  return `${whatIsThere(before.value, end.value, wanted.value)}${locks}`;
}

function whatIsThere(before: DatabaseState, end: DatabaseState, wanted: DatabaseState): string {
  if (sameState(end, wanted)) return 'all of it';
  if (sameState(end, before)) return 'nothing';
  if (end.ledgers.some(({ entries }) => entries.some(({ dirty }) => dirty))) return 'a dirty ledger';
  if (sameSchema(end, wanted)) return 'the change without its ledger row';
  if (sameLedger(end, wanted)) return 'the ledger row without the change';
  return sameLedger(end, before) ? 'a part of the change without a ledger row' : 'a part of the migrations';
}

function againText(run: RunResult, expected: ExpectedEnd | null): string {
  const retry = run.aftermath?.retry;
  if (retry === undefined) return 'not needed';
  const converged = retryConverged(expected, run);
  if (converged === true) return 'converges';
  const failed = retry.attempts.find((attempt) => !endedWell(attempt));
  if (failed === undefined) return converged === null ? 'not seen' : 'exits 0 and ends elsewhere';
  const sqlstate = failed.statements.findLast((statement) => statement.sqlstate !== undefined)?.sqlstate;
  return `fails${sqlstate === undefined ? '' : ` (${sqlstate})`}`;
}

const head = ['tool', 'interrupted', 'its command', 'left behind', 'the same command again'];

/** The page as the formatter would write it, columns as wide as their widest cell. */
export function renderInterruptions(rows: readonly InterruptionRow[], rehearsedOn: string): string {
  const tools = [...new Set(rows.map(({ tool }) => tool))];
  const cells = [
    head,
    ...rows.map(({ tool, interrupted, command, left, again }) =>
      [tool, interrupted, command, left, again].map((cell) => cell.replaceAll('|', '\\|')),
    ),
  ];
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const [first = '', ...lines] = cells.map(
    (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`,
  );
  return `# What migration tools leave behind

Written by \`node test/tools/write-interruptions.ts\`, which rehearses the bundles of \`test/tools/\` with
\`--only control,interruption\`. Last run ${rehearsedOn}, ${tools.length} bundles, process host. \`#n\` is the n-th change that the command
commits. A command that is killed is dead; one whose connection is cut may go on: what it did stands beside it.

${first}
| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |
${lines.join('\n')}
`;
}
