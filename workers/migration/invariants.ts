import type { InvariantObservation } from '../../shared/domain/observation.ts';
import { type Observed, observed, unobserved } from '../../shared/domain/observed.ts';
import type { StatePoint } from '../../shared/domain/run.ts';
import type { SqlSession } from '../../shared/edge/ports/sql.ts';
import type { LiveRun } from '../live-run.ts';

/** An invariant that takes longer is not answered. */
const answerWaitMs = 60_000;

/** Answers as text, kept only while the run lives: values do not leave the clone. */
export type InvariantAnswers = ReadonlyMap<string, Observed<string>>;

export async function readInvariants(run: LiveRun): Promise<InvariantAnswers> {
  const answers = new Map<string, Observed<string>>();
  for (const { name, sql } of run.plan.bundle.manifest.invariants) answers.set(name, await ask(run, sql));
  return answers;
}

/** The invariants that are due at this point, compared as text with what was declared or with the first answers. */
export async function askInvariants(
  run: LiveRun,
  point: StatePoint,
  first: InvariantAnswers,
): Promise<readonly InvariantObservation[]> {
  const due = run.plan.bundle.manifest.invariants.filter(
    ({ after }) => after === undefined || (point.kind === 'after' && point.phase === after),
  );
  const observations: InvariantObservation[] = [];
  for (const { name, sql, expect } of due) {
    const wanted: Observed<string> =
      expect.kind === 'is' ? observed(expect.value) : (first.get(name) ?? unobserved('it was not asked before'));
    const answer = await ask(run, sql);
    const holds = !answer.seen ? answer : !wanted.seen ? wanted : observed(answer.value === wanted.value);
    observations.push({ name, point, holds });
  }
  return observations;
}

/**
 * The first column of the first row as text; rows as an array, so that two columns of one name do not hide each other.
 */
async function ask(run: LiveRun, sql: string): Promise<Observed<string>> {
  try {
    const rows = await run.observer.look((admin) => askWithin(admin, sql));
    return observed(rows[0]?.answer ?? '');
  } catch (error) {
    return unobserved(run.redact.message(error instanceof Error ? error.message : String(error)));
  }
}

async function askWithin(admin: SqlSession, sql: string): Promise<readonly { readonly answer: string | null }[]> {
  await admin.query(`BEGIN READ ONLY; SET LOCAL statement_timeout = ${answerWaitMs}`);
  try {
    // A comment at its end must not swallow what follows.
    return await admin.query(`SELECT answer::text FROM (${sql.trim().replace(/;$/, '')}\n) AS asked(answer)`);
  } finally {
    await admin.query('ROLLBACK');
  }
}
