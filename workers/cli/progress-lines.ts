import type { RunResult } from '../../shared/domain/observation.ts';
import type { RunSpec } from '../../shared/domain/run.ts';
import type { CommandIo } from './io.ts';

/** One line on stderr for each run that ended. */
export function progressLines(io: CommandIo) {
  return ({
    spec,
    result,
    planned,
    done,
  }: {
    spec: RunSpec;
    result?: RunResult;
    planned: number;
    done: number;
  }): void => {
    if (result === undefined) return;
    const seconds = (result.durationMs / 1000).toFixed(1);
    const why = result.why === undefined ? '' : ` (${result.why})`;
    io.stderr(`[${done}/${planned}] ${spec.id} ${result.outcome} in ${seconds} s${why}\n`);
  };
}
