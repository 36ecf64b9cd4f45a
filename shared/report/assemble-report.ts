import type { NotTested, Overlap, SourceStatement } from '../domain/bundle.ts';
import type { Finding } from '../domain/finding.ts';
import type { Aftermath, Evidence, MigrationAttempt, RunResult } from '../domain/observation.ts';
import type { Observed } from '../domain/observed.ts';
import type { Report, ReportAttempt, ReportRun } from '../domain/report.ts';
import type { RunSpec } from '../domain/run.ts';
import type { JudgedAftermath, JudgedWaiver, Judgement } from '../domain/verdict.ts';
import { knownLocks } from '../plan/known-locks.ts';
import { joinHints } from './join-hints.ts';
import { lockQueues } from './lock-queues.ts';
import { proposalOf } from './order.ts';
import { sentence } from './sentence.ts';

/** `report.json` out of what was seen and what was judged; nothing is decided here. */
export function assembleReport(evidence: Evidence, judgement: Judgement): Report {
  const report = withoutHints(evidence, judgement);
  return { ...report, ...hintsOf(evidence, report) };
}

/** Hints are told beside the report that stands without them: nothing of it depends on what a linter reads. */
function hintsOf({ bundle, staticHints }: Evidence, report: Report): Pick<Report, 'hints' | 'hintsUnavailable'> {
  if (staticHints === undefined) return {};
  if (!staticHints.seen) return { hintsUnavailable: staticHints.why };
  const { phases } = bundle.manifest;
  return {
    hints: joinHints(report, {
      hints: staticHints.value,
      statements: bundle.statements,
      phases: phases.map(({ name, run }) => ({ name, files: run.kind === 'sql' ? run.files : [] })),
    }),
  };
}

function withoutHints(evidence: Evidence, judgement: Judgement): Report {
  const { bundle, snapshot } = evidence;
  const { manifest } = bundle;
  return {
    reportVersion: 1,
    rehearsalId: evidence.rehearsalId,
    service: manifest.service,
    version: manifest.version,
    previous: manifest.previous,
    environment: manifest.environment,
    seed: evidence.seed,
    verdict: judgement.verdict,
    sentence: sentence(evidence, judgement),
    harm: judgement.harm,
    startedAt: evidence.startedAt,
    durationMs: Math.round(evidence.durationMs),
    digests: {
      bundle: bundle.digest,
      snapshot: snapshot.digest,
      rules: evidence.rules.digest,
      previousApp: bundle.appDigests.previous,
      nextApp: bundle.appDigests.next,
    },
    ...(evidence.images === undefined ? {} : { images: evidence.images }),
    snapshot: {
      name: snapshot.name,
      version: snapshot.version,
      dataAsOf: snapshot.dataAsOf,
      bytes: snapshot.bytes,
      cloneMethod: evidence.runs.some(wasCopied) ? 'copy' : 'reflink',
    },
    host: evidence.host,
    runs: evidence.planned.map((spec) => reportRun(evidence, judgement, spec)),
    compatibility: { overlap: manifest.overlap, cells: judgement.cells, ...orderOf(manifest.overlap, judgement) },
    findings: judgement.findings.map(endLines(bundle.statements)),
    checks: judgement.checks,
    recovery: judgement.recovery,
    notTested: [...evidence.notTested, ...unwritten(evidence), ...(judgement.waivers ?? []).flatMap(idleWaiver)],
  };
}

const orderOf = (overlap: Overlap, { order }: Judgement): Pick<Report['compatibility'], 'order'> =>
  order === undefined ? {} : { order: { ...order, proposal: proposalOf(overlap, order) } };

/** A run that did not take place was not cloned either way. */
const wasCopied = ({ outcome, cloneMethod }: RunResult): boolean => outcome !== 'not-run' && cloneMethod === 'copy';

/** Where the statement of a finding ends: its source text is known, and only its place is told. */
function endLines(statements: readonly SourceStatement[]): (finding: Finding) => Finding {
  const ends = new Map(statements.map(({ file, line, endLine }) => [`${file}:${line}`, endLine]));
  return (finding) => {
    const endLine = finding.file === undefined ? undefined : ends.get(`${finding.file}:${finding.line}`);
    return endLine === undefined ? finding : { ...finding, endLine };
  };
}

function reportRun(evidence: Evidence, judgement: Judgement, spec: RunSpec): ReportRun {
  const result = evidence.runs.find((run) => run.spec.id === spec.id);
  const startsFrom = 'before';
  if (result === undefined) {
    return {
      id: spec.id,
      scenario: spec.scenario,
      startsFrom,
      outcome: 'not-run',
      why: 'it was planned and did not happen',
      cloneMs: 0,
      durationMs: 0,
      migration: [],
    };
  }
  const { fault, aftermath, load, otherStart, standby } = result;
  const retries = aftermath?.retry?.attempts ?? [];
  const queues = lockQueues(result.lockWaits, result.attempts);
  const judged = judgement.aftermaths.find(({ run }) => run === spec.id);
  return {
    id: spec.id,
    scenario: spec.scenario,
    startsFrom,
    outcome: result.outcome,
    ...(result.why === undefined ? {} : { why: result.why }),
    cloneMs: Math.round(result.cloneMs),
    durationMs: Math.round(result.durationMs),
    ...(fault === undefined ? {} : { fault: withoutNotes(fault) }),
    ...(aftermath === undefined ? {} : { aftermath: reportAftermath(aftermath, judged) }),
    migration: [...result.attempts, ...(otherStart === undefined ? [] : [otherStart]), ...retries].map((attempt) =>
      reportAttempt(evidence, attempt),
    ),
    ...(load === undefined ? {} : { load }),
    ...(queues.length === 0 ? {} : { queues }),
    ...(standby === undefined ? {} : { standby: reportStandby(standby) }),
  };
}

function reportStandby(seen: NonNullable<RunResult['standby']>): NonNullable<ReportRun['standby']> {
  const { lagBytesMax, lagMsMax, lag, cancelledQueries, replayBlockedMs, sameSchema } = seen;
  return {
    ...{ lagBytesMax, lagMsMax, cancelledQueries, replayBlockedMs, sameSchema: orNull(sameSchema) },
    ...(lag === undefined ? {} : { lag }),
  };
}

function withoutNotes(fault: NonNullable<RunResult['fault']>): NonNullable<ReportRun['fault']> {
  const { kind, phase, ordinal, moment, mode, relation, heldFromMs, heldMs } = fault;
  return {
    kind,
    phase,
    ordinal,
    moment,
    ...(mode === undefined ? {} : { mode }),
    ...(relation === undefined ? {} : { relation }),
    ...(heldFromMs === undefined ? {} : { heldFromMs: round(heldFromMs) }),
    ...(heldMs === undefined ? {} : { heldMs: round(heldMs) }),
  };
}

function reportAftermath(
  aftermath: Aftermath,
  judged: JudgedAftermath | undefined,
): NonNullable<ReportRun['aftermath']> {
  const { retry } = aftermath;
  const exitCode = retry?.attempts.at(-1)?.exitCode ?? null;
  return {
    schemaEqual: judged?.schemaEqual ?? null,
    ledgerEqual: judged?.ledgerEqual ?? null,
    leftovers: judged?.leftovers ?? [],
    previousStarts: orNull(aftermath.previousStarts),
    nextStarts: orNull(aftermath.nextStarts),
    ...(retry === undefined ? {} : { retry: { exitCode, converged: judged?.converged ?? null } }),
  };
}

function reportAttempt(evidence: Evidence, attempt: MigrationAttempt): ReportAttempt {
  const traced = evidence.runs.find((run) => run.spec.id === 'control-traced');
  return {
    phase: attempt.phase,
    attempt: attempt.attempt,
    exitCode: attempt.exitCode,
    ...(attempt.signal === undefined ? {} : { signal: attempt.signal }),
    oomKilled: attempt.oomKilled,
    timedOut: attempt.timedOut,
    durationMs: round(attempt.durationMs),
    ...(attempt.memoryPeakBytes === undefined ? {} : { memoryPeakBytes: attempt.memoryPeakBytes }),
    ...(attempt.memoryLimitBytes === undefined ? {} : { memoryLimitBytes: attempt.memoryLimitBytes }),
    ...(attempt.memory === undefined ? {} : { memory: attempt.memory }),
    statements: attempt.statements.map((statement) => ({
      ordinal: statement.ordinal,
      sql: statement.sql,
      ...(statement.file === undefined ? {} : { file: statement.file }),
      ...(statement.line === undefined ? {} : { line: statement.line }),
      startedAtMs: round(statement.startedAtMs),
      durationMs: round(statement.durationMs),
      waitedMs: round(statement.waitedMs),
      transaction: statement.transaction,
      rows: statement.rows,
      ...(statement.sqlstate === undefined ? {} : { sqlstate: statement.sqlstate }),
      ...(statement.message === undefined ? {} : { message: statement.message }),
      locks: knownLocks(attempt.phase, statement, traced).map((lock) => ({ ...lock, heldMs: round(lock.heldMs) })),
      rewrote: statement.rewrote,
      walBytes: statement.walBytes,
    })),
  };
}

const round = (ms: number): number => Math.round(ms * 1000) / 1000;
const orNull = <T>(value: Observed<T>): T | null => (value.seen ? value.value : null);

const idleBecause = {
  unmatched: 'it matches no finding of this rehearsal',
  expired: 'it has expired',
  'not-honoured': 'whoever submitted the bundle may not waive',
} as const;

/** A waiver that waived nothing is told: somebody believes in it. */
function idleWaiver({ check, by, until, status }: JudgedWaiver): NotTested[] {
  if (status === 'used') return [];
  return [{ what: `the waiver of ${check} by ${by} until ${until}`, because: idleBecause[status] }];
}

/** Locked tables for which no harmless write could be made up: what the traffic proves there it proves for reads. */
function unwritten({ runs }: Evidence): NotTested[] {
  const load = runs.find((run) => run.spec.scenario === 'under-load' && run.steady === undefined)?.load;
  return (load?.coverage ?? [])
    .filter(({ planned }) => planned === 0)
    .map(({ relation }) => ({
      what: `writes to ${relation} under load`,
      because: 'no write could be made up that changes nothing there; declare one in load.statements',
    }));
}
