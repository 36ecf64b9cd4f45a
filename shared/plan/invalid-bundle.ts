import { type ProblemPlace, RehearsalError } from '../domain/problem.ts';

/** One error for everything that is wrong with a bundle. */
export function invalidBundle(problems: readonly ProblemPlace[], cause?: unknown): RehearsalError {
  const [first] = problems;
  const place = first?.file === undefined ? '' : ` (${first.file}${first.line === undefined ? '' : `:${first.line}`})`;
  const more = problems.length > 1 ? ` And ${problems.length - 1} more.` : '';
  return new RehearsalError(
    'bundle',
    'invalid-bundle',
    `The bundle cannot be rehearsed: ${first?.message ?? 'it is unreadable.'}${place}${more}`,
    'Correct what each problem names and hand the bundle in again; nothing was started.',
    { problems, ...(cause === undefined ? {} : { cause }) },
  );
}
