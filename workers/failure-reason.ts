import { RehearsalError } from '../shared/domain/problem.ts';
import { SqlError } from '../shared/edge/ports/sql.ts';
import { redactMessage } from '../shared/plan/normalize-sql.ts';

/**
 * The failure that decides what becomes of a run: a lack of the machine or the bundle wherever one is among them, else
 * ours.
 */
export function decisive(error: unknown): Pick<RehearsalError, 'fault' | 'code'> {
  const named = partsOf(error).filter((part) => part instanceof RehearsalError);
  return named.find(({ fault }) => fault !== 'ours') ?? named[0] ?? { fault: 'ours', code: 'internal' };
}

/** One line for a reader: what failed, and by what; quoted values of a server are removed. */
export function reasonOf(error: unknown): string {
  if (isSuppressed(error)) return [error.suppressed, error.error].map(reasonOf).join('; then ');
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(reasonOf).join('; ');
  if (!(error instanceof Error)) return String(error);
  // Whoever wraps a server's refusal likes to repeat it.
  const isServers = error instanceof SqlError || error.cause instanceof SqlError;
  if (isServers) return redactMessage(error.message, new Set());
  return error.cause === undefined ? error.message : `${error.message} ${reasonOf(error.cause)}`;
}

/** Errors thrown while leaving a scope because of another one, one by one; causes belong to their error. */
function partsOf(error: unknown): readonly unknown[] {
  return isSuppressed(error) ? [...partsOf(error.error), ...partsOf(error.suppressed)] : [error];
}

interface Suppressed extends Error {
  readonly error: unknown;
  readonly suppressed: unknown;
}

const isSuppressed = (error: unknown): error is Suppressed =>
  error instanceof Error && 'suppressed' in error && 'error' in error;
