import type { RunResult } from '../domain/observation.ts';
import { RehearsalError } from '../domain/problem.ts';

/**
 * A bundle whose version in production does not even start on the untouched clone proves nothing: it is refused
 * (CONTRACT 1.1).
 */
export function refusalIn(results: readonly RunResult[]): RehearsalError | undefined {
  const cell = results
    .filter((result) => result.spec.id === 'compatibility-previous-fresh-before')
    .flatMap((result) => result.cells)[0];
  if (cell === undefined || !cell.started.seen || cell.started.value) return undefined;
  return new RehearsalError(
    'bundle',
    'previous-not-ready',
    'the previous version did not become ready on the untouched clone',
    'start apps.previous by hand on the snapshot with the same environment; raise startTimeout if it only needs longer',
    { problems: [{ key: 'apps.previous', message: `last lines of its log:\n${cell.logTail.join('\n')}` }] },
  );
}
