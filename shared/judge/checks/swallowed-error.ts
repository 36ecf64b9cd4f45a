import type { MigrationAttempt, RunResult } from '../../domain/observation.ts';
import type { StatementObservation } from '../../domain/statement.ts';
import type { JudgeContext } from '../context.ts';
import { endedWell, honestAttempts, refusals, succeededLater } from '../derive/attempts.ts';
import { caughtOnTheQuietRun, gaveUpTheLock } from '../derive/caught-errors.ts';
import { reachedExpectedEnd } from '../derive/expected-end.ts';
import { isPerhapsPassedOver } from '../derive/passed-over.ts';
import { placeOf } from '../derive/place.ts';
import { isBenign } from '../derive/refusal-kind.ts';
import { count, duration, shortSql } from '../derive/sentences.ts';
import { type Draft, defineCheck } from './check.ts';

/** The exit code is not the truth: the server refused something, and the command says that all is well. */
export const swallowedError = defineCheck({
  id: 'swallowed-error',
  title: 'The command exits 0 although the server refused a statement',
  why: 'The pipeline goes on, the next version is started, and what it needs is not there.',
  incident: 'swallowed-lock-timeout',
  severity: 'blocks',
  needs: ['control', 'underLoad', 'contention'],
  uses: ['interruption', 'rollback'],
  parts: ['migration'],
  find: (readings, context) => [
    ...Object.values(readings).flatMap(({ runs }) =>
      runs.flatMap((run) =>
        honestAttempts(run)
          .filter((attempt) => endedWell(attempt) && isJudgedHere(run, attempt))
          .flatMap((attempt) => [
            ...onTheWire(run, attempt, context),
            ...inTheLog(run, attempt, context),
            ...inTheOutput(run, attempt),
          ]),
      ),
    ),
    ...readings.control.runs.flatMap((run) => insideQuietly(run, context)),
    ...readings.contention.runs.flatMap((run) => insideUnderContention(run, context)),
  ],
  lacks: (readings, context) =>
    Object.values(readings).flatMap(({ runs }) => runs.flatMap((run) => perhapsPassedOver(run, context))),
});

/** Of the ways back only the undisturbed one: where it was cut off and run again, it meets what it did before. */
const isJudgedHere = ({ spec }: RunResult, { phase }: MigrationAttempt): boolean =>
  spec.scenario !== 'rollback' || (spec.stress === undefined && phase === 'rollback');

/** Only constants, which nobody keeps, would tell a second try from the next batch. */
function perhapsPassedOver(run: RunResult, context: JudgeContext): readonly string[] {
  return honestAttempts(run)
    .filter((attempt) => endedWell(attempt) && isJudgedHere(run, attempt))
    .flatMap((attempt) =>
      refusals(attempt)
        .filter((statement) => isPerhapsPassedOver(run, attempt, statement, context))
        .map(
          ({ sql, sqlstate }) =>
            `${run.spec.id}: “${shortSql(sql)}” was refused with ${sqlstate} and succeeded less often than in the quiet run; whether this one was tried again was not seen`,
        ),
    );
}

function onTheWire(run: RunResult, attempt: MigrationAttempt, context: JudgeContext): readonly Draft[] {
  return refusals(attempt)
    .filter((statement) => !succeededLater(attempt, statement))
    .map((statement) => {
      const { sqlstate = '', message = '', sql } = statement;
      const benign = isBenign({ sqlstate, message, sql }, attempt, run, context);
      const held = statement.locks.at(-1)?.relation;
      return {
        ...(benign ? { severity: 'warns' as const } : {}),
        title: `${attempt.phase} exits 0 although “${shortSql(sql)}” was refused with ${sqlstate}`,
        summary: `The server refused it${message === '' ? '' : ` (${message})`}, nothing like it succeeded later, and the command exited 0.`,
        runs: [run],
        ...placeOf(statement, attempt.phase, context),
        facts: { sqlstate, ...(held === undefined ? {} : { holding: held }) },
        remedy: remedyFor(attempt, sqlstate, sql),
      };
    });
}

/**
 * Refusals that never came to an answer of their own, such as those of a Parse; a retried one is not told apart
 * there.
 */
function inTheLog(run: RunResult, attempt: MigrationAttempt, context: JudgeContext): readonly Draft[] {
  const pids = new Set(attempt.statements.map((statement) => statement.backendPid));
  const answered = attempt.statements.flatMap(({ backendPid, sqlstate }) =>
    sqlstate ? [`${backendPid} ${sqlstate}`] : [],
  );
  const logged = run.serverLog.filter((entry) => {
    if (entry.severity !== 'ERROR' || !pids.has(entry.pid) || retriable.has(entry.sqlstate)) return false;
    const at = answered.indexOf(`${entry.pid} ${entry.sqlstate}`);
    if (at >= 0) answered.splice(at, 1);
    return at < 0;
  });
  return logged.map((entry) => ({
    ...(isBenign(entry, attempt, run, context) ? { severity: 'warns' as const } : {}),
    title: `${attempt.phase} exits 0 although the server logged ${entry.sqlstate}`,
    summary: `The server's log holds an error of the migration's session (${entry.message}) that no answer carried.`,
    runs: [run],
    phase: attempt.phase,
    facts: { sqlstate: entry.sqlstate, source: 'server log' },
    remedy: remedyFor(attempt, entry.sqlstate, undefined),
  }));
}

/** Where the server refused nothing, the error is of another kind: a line in an output proves no damage by itself. */
function inTheOutput(run: RunResult, attempt: MigrationAttempt): readonly Draft[] {
  const [line] = attempt.errorLines ?? [];
  if (line === undefined || attempt.statements.some(({ sqlstate }) => sqlstate !== undefined)) return [];
  return [
    {
      severity: 'warns',
      title: `${attempt.phase} exits 0 although it printed an error`,
      summary: `Its output says “${line}”, and the server refused nothing.`,
      runs: [run],
      phase: attempt.phase,
      facts: { source: 'output', lines: attempt.errorLines ?? [] },
      remedy: {
        text: `Let ${attempt.phase} exit non-zero when it meets an error, or print what is none at another level. Then run: rehearse run .`,
      },
    },
  ];
}

/** A handler may be there on purpose, and nobody can tell from outside: it is worth a look, not a red. */
function insideQuietly(run: RunResult, context: JudgeContext): readonly Draft[] {
  return caughtOnTheQuietRun(run)
    .filter(({ attempt }) => endedWell(attempt))
    .map(({ attempt, statement, times }) => ({
      severity: 'warns' as const,
      title: `“${shortSql(statement.sql)}” of ${attempt.phase} catches ${count(times, 'error')} inside the server`,
      summary: `The server answers that all is well, and its WAL says that ${count(times, 'part')} of what the statement did was aborted.`,
      runs: [run],
      ...placeOf(statement, attempt.phase, context),
      facts: { caught: times, source: 'aborted subtransactions in WAL' },
      remedy: {
        text: 'Look at its EXCEPTION handlers: each names the one condition that it expects, and raises what it does not. Then run: rehearse run .',
      },
    }));
}

/**
 * It got along without the lock that it waited for; where the end is the right one all the same, it did so well. Of
 * rows that nobody changed no end tells: only the same statement, once more, would have helped.
 */
function insideUnderContention(run: RunResult, context: JudgeContext): readonly Draft[] {
  const isOfRows = run.spec.scenario === 'contention' && run.spec.holder === 'row-write';
  const arrived = !isOfRows && reachedExpectedEnd(context.expected, run.attempts, run.end) === true;
  const all = gaveUpTheLock(run);
  const silent = new Set(all.map(({ statement }) => statement));
  const doneLater = ({ attempt, statement }: (typeof all)[number]) =>
    attempt.statements.some(
      (later) =>
        later.sql === statement.sql && later.ordinal > statement.ordinal && isDone(later) && !silent.has(later),
    );
  return all
    .filter((one) => endedWell(one.attempt) && !(isOfRows && doneLater(one)))
    .map(({ attempt, statement, wait }) => ({
      ...(arrived ? { severity: 'warns' as const } : {}),
      title: `${attempt.phase} exits 0 although “${shortSql(statement.sql)}” gave up waiting for ${isOfRows ? 'rows of ' : ''}${wait.relation}`,
      summary: `It waited ${duration(wait.waitedMs)} for ${isOfRows ? `a row of ${wait.relation}` : wait.mode} and was answered well while another transaction still held ${isOfRows ? 'it' : (run.fault?.mode ?? 'the lock')}: an error was caught inside the server${arrived ? ', and the end is the expected one' : ', and what the statement was to do is missing'}.`,
      runs: [run],
      ...placeOf(statement, attempt.phase, context),
      relation: wait.relation,
      facts: { waitedMs: Math.round(wait.waitedMs), source: 'lock held beyond the statement' },
      remedy: {
        text: `Let the handler in this statement retry until it has ${wait.relation}, or raise the error again so that ${attempt.phase} exits non-zero:`,
        sql: 'EXCEPTION WHEN lock_not_available THEN\n  RAISE; -- or LOOP again, a bounded number of times',
      },
    }));
}

const isDone = ({ sqlstate, statusAfter }: StatementObservation): boolean =>
  sqlstate === undefined && statusAfter !== null;

/**
 * Consequences (25P02) and what drivers answer by asking again: without the statement nobody can say how it went on.
 */
const retriable = new Set(['25P02', '55P03', '40001', '40P01', '57014', '0A000']);

function remedyFor(attempt: MigrationAttempt, sqlstate: string, sql: string | undefined): Draft['remedy'] {
  const text = `Let ${attempt.phase} exit non-zero when the server answers ${sqlstate}, and roll back what it had begun`;
  if (sql === undefined) return { text };
  return {
    text: `${text}; run the statement in one transaction with everything that needs it:`,
    sql: `BEGIN;\n${sql};\nCOMMIT; -- on any error: ROLLBACK, exit 1`,
  };
}
