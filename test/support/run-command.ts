import { type Command, CommanderError } from 'commander';
import type { CommandIo } from '../../workers/cli/io.ts';
import { printFailure } from '../../workers/cli/print-failure.ts';
import { refuseEmpty } from '../../workers/cli/refuse-empty.ts';
import { usageError } from '../../workers/cli/usage-error.ts';

export interface CommandEnded {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** A command in this process, from its words to its exit code, failures printed as the program does. */
export async function runCommand(
  command: (io: CommandIo) => Command,
  args: readonly string[],
  surroundings: { readonly env?: CommandIo['env']; readonly cwd?: string } = {},
): Promise<CommandEnded> {
  const ended = { stdout: '', stderr: '', code: 0 };
  const io: CommandIo = {
    stdout: (text) => {
      ended.stdout += text;
    },
    stderr: (text) => {
      ended.stderr += text;
    },
    env: surroundings.env ?? {},
    cwd: surroundings.cwd ?? process.cwd(),
    exit: (code) => {
      ended.code = code;
    },
  };
  const program = refuseEmpty(command(io));
  for (const one of [program, ...program.commands]) {
    // What it refuses is told once, below.
    one.exitOverride().configureOutput({ writeErr: io.stderr, outputError: () => undefined });
  }
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    const failure = error instanceof CommanderError ? usageError(error, program.name()) : error;
    printFailure(io, failure, args.includes('json'));
  }
  return ended;
}
