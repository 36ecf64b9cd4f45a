import { RehearsalError } from '../../../domain/problem.ts';

export function unreachableArtifacts(place: string, cause: unknown, remedy: string): RehearsalError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new RehearsalError('machine', 'artifacts-unreachable', `${place} does not serve: ${why}`, remedy, { cause });
}
