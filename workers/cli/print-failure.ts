import { exitCodeOf, problemOf, RehearsalError } from '../../shared/domain/problem.ts';
import type { CommandIo } from './io.ts';

/**
 * Every failure is printed here, once: one JSON object on stdout for `--format json`, else plain words on stderr. The
 * object has the fields of `more` too.
 */
export function printFailure(io: CommandIo, error: unknown, json: boolean, more: object = {}): void {
  const failure =
    error instanceof RehearsalError
      ? error
      : new RehearsalError(
          'ours',
          'internal-error',
          error instanceof Error ? error.message : String(error),
          'this is a fault of Rehearsal, not of your bundle; run again with REHEARSAL_DEBUG=1 and report what it prints',
          { cause: error },
        );
  if (json) io.stdout(`${JSON.stringify({ ...more, ...problemOf(failure) })}\n`);
  else io.stderr(inWords(failure));
  if (io.env.REHEARSAL_DEBUG !== undefined) io.stderr(`${stackOf(error)}\n`);
  io.exit(exitCodeOf[failure.fault]);
}

function inWords(failure: RehearsalError): string {
  const places = failure.problems.map(({ file, line, key, message, nearest }) => {
    if (message === failure.message) return nearest === undefined ? '' : `  did you mean ${nearest}?`;
    const place = [file, line].filter((part) => part !== undefined).join(':');
    const head = [place, key].filter((part) => part !== undefined && part !== '').join(' ');
    return `  ${head === '' ? '' : `${head}: `}${message}${nearest === undefined ? '' : ` (did you mean ${nearest}?)`}`;
  });
  return [`rehearse: ${failure.message}`, ...places.filter((place) => place !== ''), `  → ${failure.remedy}`, ''].join(
    '\n',
  );
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.stack ?? error.message}${error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`}`;
}
