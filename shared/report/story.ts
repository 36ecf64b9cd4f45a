import type { LoadObservation } from '../domain/load.ts';
import { lockModes } from '../domain/lock.ts';
import type { Report, ReportAttempt, ReportRun, ReportStatement } from '../domain/report.ts';
import { markOf } from './group-findings.ts';
import { limits } from './limits.ts';
import { cellReasons, holderWords, lockWords, splitState, versionWords } from './phrases.ts';
import { counted, excerpt, formatMs, oneLine } from './words.ts';

/** A shorter wait is nothing to tell. */
const tellableMs = 50;

export interface StoryLine {
  /** Time since the migration began; absent where only the order is known. */
  readonly atMs?: number;
  readonly text: string;
}

export interface Story {
  readonly run: ReportRun;
  readonly lines: readonly StoryLine[];
}

/** What would happen, told from the one run that shows most of it; every line is a fact of that run. */
export function tellStory(report: Report): Story | undefined {
  const run = tellingRun(report);
  const first = run?.migration[0];
  if (run === undefined || first === undefined) return undefined;
  const beginMs = first.statements[0]?.startedAtMs ?? 0;
  const before = run.migration.filter(({ phase, attempt }) => !isRetry(run, phase, attempt));
  const lines = [
    ...holderLine(run),
    ...before.flatMap((attempt) => attemptLines(report, run, attempt, beginMs)),
    ...trafficLine(run),
    ...aftermathLines(run),
    ...versionLines(report, run),
    ...retryLine(run),
  ];
  return { run, lines: lines.slice(0, limits.storyLines) };
}

/** The run that most blocking findings cite; without any, the one in which traffic waited longest. */
function tellingRun(report: Report): ReportRun | undefined {
  const cited = new Map<string, number>();
  for (const finding of report.findings.filter((found) => markOf(found) === 'blocks')) {
    for (const id of finding.evidence.runs) cited.set(id, (cited.get(id) ?? 0) + 1);
  }
  const weight = (run: ReportRun) => (cited.get(run.id) ?? 0) * 1e9 + (run.load?.blockedMsMax ?? -1);
  return report.runs
    .filter((run) => run.migration.length > 0)
    .reduce<ReportRun | undefined>(
      (best, run) => (best === undefined || weight(run) > weight(best) ? run : best),
      undefined,
    );
}

/** After a run that ended badly the same command is started once more; such starts come last. */
const isRetry = (run: ReportRun, phase: string, attempt: number): boolean =>
  run.aftermath?.retry !== undefined &&
  attempt > 1 &&
  attempt === Math.max(...run.migration.filter((other) => other.phase === phase).map((other) => other.attempt));

function holderLine(run: ReportRun): StoryLine[] {
  const { fault } = run;
  if (fault?.kind !== 'lock' || fault.relation === undefined) return [];
  return [{ atMs: 0, text: `Another session ${holderWords(fault.mode, fault.relation)}.` }];
}

function attemptLines(report: Report, run: ReportRun, attempt: ReportAttempt, beginMs: number): StoryLine[] {
  const statement = worthTelling(attempt);
  const lastMs = attempt.statements.map(endMs).reduce((latest, ms) => Math.max(latest, ms), beginMs);
  return [
    ...(statement === undefined ? [] : statementLines(report, run, attempt.phase, statement, beginMs)),
    ...(statement?.sqlstate === undefined ? [] : retriedLine(attempt, statement, beginMs)),
    { atMs: lastMs - beginMs, text: exitWords(run, attempt) },
  ];
}

/** The statement that was refused, that waited longest, or that locks most; of those that lock nothing, the last. */
function worthTelling({ statements }: ReportAttempt): ReportStatement | undefined {
  const refused = statements.find(({ sqlstate }) => sqlstate !== undefined);
  const longest = statements.toSorted((a, b) => b.waitedMs - a.waitedMs)[0];
  const strongest = statements.toSorted((a, b) => strength(b) - strength(a))[0];
  if (refused !== undefined) return refused;
  if (longest !== undefined && longest.waitedMs >= tellableMs) return longest;
  return strongest !== undefined && strength(strongest) >= 0 ? strongest : statements.at(-1);
}

function retriedLine(attempt: ReportAttempt, refused: ReportStatement, beginMs: number): StoryLine[] {
  const later = attempt.statements.find((statement) => succeeds(refused, statement));
  return later === undefined ? [] : [{ atMs: endMs(later) - beginMs, text: 'Tried again, the statement succeeds.' }];
}

const strength = ({ locks }: ReportStatement): number =>
  locks.reduce((strongest, { mode }) => Math.max(strongest, lockModes.indexOf(mode)), -1);

/** What a statement took contains what it waited. */
const endMs = ({ startedAtMs, durationMs, waitedMs }: ReportStatement): number =>
  startedAtMs + Math.max(durationMs, waitedMs);

function statementLines(
  report: Report,
  run: ReportRun,
  phase: string,
  statement: ReportStatement,
  beginMs: number,
): StoryLine[] {
  const sql = `“${excerpt(oneLine(statement.sql), 90)}”`;
  const atMs = statement.startedAtMs - beginMs;
  const lock = strongestLock(report, run, phase, statement);
  const asks = lock === undefined ? '' : ` asks for a lock that ${lock}`;
  const lines: StoryLine[] = [];
  if (statement.waitedMs >= tellableMs) {
    const wait = `${sql}${asks}${asks === '' ? '' : ','} and waits ${formatMs(statement.waitedMs)}`;
    lines.push({ atMs, text: `${wait}${queueWords(run)}.` });
  } else if (statement.sqlstate === undefined) {
    lines.push({ atMs, text: lock === undefined ? `${sql} runs.` : `${sql} runs; its lock ${lock}.` });
  }
  if (statement.sqlstate !== undefined) {
    const refused = statement.waitedMs >= tellableMs ? 'it' : sql;
    const message = statement.message === undefined ? '' : `, ${excerpt(oneLine(statement.message), 120)}`;
    lines.push({
      atMs: endMs(statement) - beginMs,
      text: `The server refuses ${refused}: ${statement.sqlstate}${message}.`,
    });
  }
  return lines;
}

/** A statement that never got its lock shows none: the quiet run's same statement tells what it asked for. */
function strongestLock(report: Report, run: ReportRun, phase: string, statement: ReportStatement): string | undefined {
  const twin = report.runs[0]?.migration
    .find((attempt) => attempt.phase === phase)
    ?.statements.find(({ ordinal, sql }) => ordinal === statement.ordinal && sql === statement.sql);
  const locks = [...statement.locks, ...(twin?.locks ?? [])];
  const onRelation = locks.filter(({ relation }) => relation === run.fault?.relation);
  const strongest = (onRelation.length > 0 ? onRelation : locks).toSorted(
    (a, b) => lockModes.indexOf(b.mode) - lockModes.indexOf(a.mode),
  )[0];
  return strongest === undefined ? undefined : lockWords(strongest.mode, strongest.relation);
}

/** A refusal that is made good later in the same attempt is a retry, not a loss. */
const succeeds = (refused: ReportStatement, later: ReportStatement): boolean =>
  later.ordinal > refused.ordinal && later.sqlstate === undefined && later.sql === refused.sql;

function exitWords(run: ReportRun, attempt: ReportAttempt): string {
  const command = `The command of ${attempt.phase}`;
  if (attempt.oomKilled) return `${command} is killed for memory.`;
  if (attempt.timedOut) return `${command} is ended at its timeout.`;
  if (run.fault !== undefined && run.fault.kind !== 'lock' && attempt.exitCode !== 0) {
    return `${command} is killed here on purpose: a node that goes away does the same.`;
  }
  const lost = attempt.statements.some(
    (statement) => statement.sqlstate !== undefined && !attempt.statements.some((later) => succeeds(statement, later)),
  );
  const asIf = lost && attempt.exitCode === 0 ? ', as if all were well' : '';
  const code = attempt.exitCode === null ? (attempt.signal ?? 'no exit code') : `exit code ${attempt.exitCode}`;
  return `${command} ends with ${code}${asIf}.`;
}

/** The wait is the outage: who stands behind a lock that is only asked for. */
function queueWords({ load }: ReportRun): string {
  if (load === undefined || load.blockedMsMax < tellableMs) return '';
  const failed = load.failed === 0 ? '' : `; ${failedWords(load)}`;
  return `; up to ${counted(load.queueDepthMax, 'transaction')} of the traffic wait behind it${failed}`;
}

const failedWords = ({ failed, transactions, failedBySqlstate }: LoadObservation): string =>
  `${failed} of ${transactions} failed (${Object.keys(failedBySqlstate).join(', ')})`;

/** Failures that no wait explains. */
function trafficLine({ load }: ReportRun): StoryLine[] {
  if (load === undefined || load.failed === 0 || load.blockedMsMax >= tellableMs) return [];
  return [{ text: `Of the traffic's transactions ${failedWords(load)}.` }];
}

function aftermathLines({ aftermath, migration }: ReportRun): StoryLine[] {
  if (aftermath === undefined) return [];
  const { leftovers, schemaEqual, ledgerEqual } = aftermath;
  // A command that failed loudly and left nothing is where it should be: not at the end.
  if (leftovers.length === 0 && migration[0]?.exitCode !== 0 && migration[0]?.signal === undefined) return [];
  const left = leftovers.length === 0 ? '' : `; left behind: ${excerpt(leftovers.join(', '), 160)}`;
  if (schemaEqual === false) return [{ text: `The schema is not the one that the quiet run ends with${left}.` }];
  if (ledgerEqual === false) return [{ text: `The ledger does not say what the quiet run's says${left}.` }];
  return [];
}

/** The versions that break on what this run leaves; for a run that asked a version, on the state that it asked at. */
function versionLines(report: Report, run: ReportRun): StoryLine[] {
  const cited = report.findings.filter(
    ({ evidence, app, state }) => app !== undefined && state !== undefined && evidence.runs.some((id) => id === run.id),
  );
  const broken = report.compatibility.cells.filter(
    (cell) =>
      cell.outcome === 'fail' &&
      (splitState(cell.state).runId === run.id ||
        cited.some(({ app, state }) => cell.gates && app === cell.app && state === cell.state)),
  );
  return [...Map.groupBy(broken, ({ app }) => app).values()].flatMap(([cell]) => {
    if (cell === undefined) return [];
    const reason = cellReasons(cell)[0] ?? 'it fails';
    const boot = cell.boot === 'running' ? 'kept running' : 'freshly started';
    return [{ text: `${versionWords(report, cell.app)}, ${boot}, breaks: ${excerpt(oneLine(reason), 160)}.` }];
  });
}

function retryLine(run: ReportRun): StoryLine[] {
  const retry = run.aftermath?.retry;
  if (retry === undefined) return [];
  const end =
    retry.converged === null
      ? 'where it ended could not be compared'
      : retry.converged
        ? 'the end is the expected one'
        : 'the end is still not the expected one';
  return [
    {
      text: `Run again, the command ends with ${retry.exitCode === null ? 'no exit code' : `exit code ${retry.exitCode}`}; ${end}.`,
    },
  ];
}
