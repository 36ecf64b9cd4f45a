import type { RunResult } from '../domain/observation.ts';
import { RehearsalError } from '../domain/problem.ts';
import { manifestFile } from './read-bundle.ts';

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
    { problems: [{ file: manifestFile, key: 'apps.previous', message: lastLines(cell.logTail) }] },
  );
}

const lastLines = (log: readonly string[]): string => `last lines of its log:\n${log.join('\n')}`;
