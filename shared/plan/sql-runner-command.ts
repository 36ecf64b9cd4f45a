import type { Phase } from '../domain/bundle.ts';

export interface SqlRunnerCommand {
  readonly command: string[];
  /** On top of what every process of a bundle gets. */
  readonly env: Record<string, string>;
}

/** Linux refuses a single variable of 128 KiB or more (MAX_ARG_STRLEN); characters have up to four bytes. */
const variableCharsMax = 30_000;

/**
 * The grammar is WebAssembly. V8 would begin to optimize its parser at the first file, for seconds of processor time,
 * and a process that is done only ends when that is.
 */
const v8Options = ['--liftoff-only'];

/**
 * How a phase with `sql` is started: the built-in runner is a child process like any other command (CONTRACT 1.5).
 * `toolsPath` and `bundlePath` are as that process sees them. Its orders are the JSON in REHEARSAL_SQL_RUN, which goes
 * on in REHEARSAL_SQL_RUN_2, … where the list of files is long.
 */
export function sqlRunnerCommand(phase: Phase, toolsPath: string, bundlePath: string): SqlRunnerCommand {
  if (phase.run.kind !== 'sql') throw new TypeError(`phase ${phase.name} has a command of its own`);
  const { files, ledger, transaction } = phase.run;
  const orders = JSON.stringify({ root: bundlePath, files, ledger, transaction });
  const env: Record<string, string> = {};
  for (let part = 0; part * variableCharsMax < orders.length; part += 1) {
    const name = part === 0 ? 'REHEARSAL_SQL_RUN' : `REHEARSAL_SQL_RUN_${part + 1}`;
    env[name] = orders.slice(part * variableCharsMax, (part + 1) * variableCharsMax);
  }
  return { command: ['node', ...v8Options, `${toolsPath}/workers/sql-runner/main.js`], env };
}
