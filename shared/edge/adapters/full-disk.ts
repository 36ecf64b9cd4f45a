import { RehearsalError } from '../../domain/problem.ts';

const codes: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT']);

/** What the system says of a disk without room, in our words; undefined: the error is another one. */
export function fullDisk(error: unknown): RehearsalError | undefined {
  if (!(error instanceof Error) || !('code' in error) || !codes.has(error.code)) return undefined;
  const where = 'path' in error && typeof error.path === 'string' ? ` at ${error.path}` : '';
  const detail = `The disk of the service has no room left${where}.`;
  return new RehearsalError('machine', 'disk-full', detail, 'Make room below REHEARSAL_DATA, and try again.', {
    cause: error,
  });
}
