import type { Command } from 'commander';
import type { CommandIo } from '../../workers/cli/io.ts';
import { printFailure } from '../../workers/cli/print-failure.ts';

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
  try {
    await command(io)
      .exitOverride()
      .parseAsync([...args], { from: 'user' });
  } catch (error) {
    printFailure(io, error, args.includes('json'));
  }
  return ended;
}
