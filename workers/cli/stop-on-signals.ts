import { RehearsalError } from '../../shared/domain/problem.ts';
import { listenForStop } from '../../shared/edge/adapters/asked-to-stop.ts';
import type { CommandIo } from './io.ts';
import { printFailure } from './print-failure.ts';

export interface Stopping extends Disposable {
  /** Aborted with RehearsalError `stopped` (exit 4) when somebody asks for the end. */
  readonly signal: AbortSignal;
}

export interface StopOptions {
  /** What a stop does and what it comes before, for whoever reads it. */
  readonly does?: string;
  readonly before?: string;
  readonly listen?: typeof listenForStop;
}

/**
 * Ctrl-C, SIGTERM or the end of whoever started us: once ends the runs and removes their clones, twice ends at once,
 * and what is left then is removed by the next start.
 */
export function stopOnSignals(
  io: CommandIo,
  json: boolean,
  {
    does = 'the runs in hand end and their clones are removed',
    before = 'there was a verdict',
    listen = listenForStop,
  }: StopOptions = {},
): Stopping {
  const stop = new AbortController();
  const listening = listen((by, times) => {
    if (times === 1) {
      io.stderr(`rehearse: stopping (${by}): ${does}; once more ends it at once\n`);
      const remedy = 'run it again; it starts from the beginning';
      stop.abort(new RehearsalError('machine', 'stopped', `stopped by ${by} before ${before}`, remedy));
    } else if (by !== 'disconnect') {
      const detail = `stopped by ${by} at once; what it made is still there`;
      const remedy = 'run it again, or `rehearse doctor`: whatever starts next on this data root removes it';
      printFailure(io, new RehearsalError('machine', 'stopped-at-once', detail, remedy), json);
      process.exit();
    }
  });
  return { signal: stop.signal, [Symbol.dispose]: () => listening[Symbol.dispose]() };
}
