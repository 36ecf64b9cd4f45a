import type { MigrationAttempt, RunResult } from '../../domain/observation.ts';
import type { Observed } from '../../domain/observed.ts';
import type { DatabaseState } from '../../domain/schema.ts';
import type { JudgeContext } from '../context.ts';
import { reachedExpectedEnd } from './expected-end.ts';

/** What the server refused, from the wire or from its log. */
export interface Refusal {
  readonly sqlstate: string;
  readonly message: string;
  /** Absent where only the log told of it. */
  readonly sql?: string;
}

/** Errors of which tools live: the thing was there already. */
const alreadyThere = new Set(['42P07', '42710', '42701']);
const notThere = new Set(['42P01', '42703']);

/**
 * Benign: something exists already, or the attempt asked with a SELECT for what it then creates, or for what the quiet
 * run does not end with either. Tools look for their ledger by failing.
 */
export function isBenign(refusal: Refusal, attempt: MigrationAttempt, run: RunResult, context: JudgeContext): boolean {
  if (alreadyThere.has(refusal.sqlstate)) return true;
  if (!notThere.has(refusal.sqlstate) || !isQuestion(refusal)) return false;
  const retried = run.aftermath?.retry?.attempts.includes(attempt) ? run.aftermath.retry : undefined;
  const attempts = retried?.attempts ?? run.attempts;
  const end = retried?.end ?? run.end;
  const name = missingName(refusal.message);
  if (name === undefined) return reachedExpectedEnd(context.expected, attempts, end) === true;
  const wanted = context.expected?.run.end;
  const created =
    has(end, refusal, name) === true && has(retried === undefined ? run.before : run.end, refusal, name) === false;
  return created || (wanted !== undefined && has(wanted, refusal, name) === false);
}

/** The one place where the text of a statement counts: the rule is about SELECTs. */
const isQuestion = ({ sql }: Refusal): boolean => sql === undefined || /^\s*\(*\s*select\b/i.test(sql);

/** undefined: the name was removed because nobody knew it. */
function missingName(message: string): string | undefined {
  const name = /(?:relation|column) "?([^"\s]+)"? does not exist/.exec(message)?.[1];
  return name === undefined || name.includes('…') ? undefined : name;
}

function has(state: Observed<DatabaseState>, { sqlstate, sql }: Refusal, name: string): boolean | null {
  if (!state.seen) return null;
  const bare = name.slice(name.lastIndexOf('.') + 1);
  const objects = state.value.schema.objects;
  if (sqlstate === '42P01') {
    return objects.some(({ kind, name: full }) => ['table', 'view', 'sequence'].includes(kind) && isNamed(full, name));
  }
  return objects.some(
    ({ kind, name: full, relation = '' }) =>
      kind === 'column' && full === `${relation}.${bare}` && (sql === undefined || mentions(sql, relation)),
  );
}

const isNamed = (full: string, name: string): boolean => full === name || full.endsWith(`.${name}`);

const mentions = (sql: string, relation: string): boolean =>
  sql.toLowerCase().includes(relation.slice(relation.indexOf('.') + 1).toLowerCase());
