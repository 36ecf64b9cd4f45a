import { Command, CommanderError } from 'commander';
import { RehearsalError } from '../../shared/domain/problem.ts';
import type { CommandIo } from './io.ts';
import { printFailure } from './print-failure.ts';
import { refuseEmpty } from './refuse-empty.ts';
import { usageError } from './usage-error.ts';

/** Each brings hundreds of modules along: only the one that is named is loaded, and all of them to tell what there is. */
const commands = new Map<string, () => Promise<(io: CommandIo) => Command>>([
  ['run', async () => (await import('./run-command.ts')).runCommand],
  ['judge', async () => (await import('./judge-command.ts')).judgeCommand],
  ['snapshot', async () => (await import('./snapshot-command.ts')).snapshotCommand],
  ['submit', async () => (await import('./submit-command.ts')).submitCommand],
  ['gate', async () => (await import('./gate-command.ts')).gateCommand],
  ['schema', async () => (await import('./schema-command.ts')).schemaCommand],
  ['verify', async () => (await import('./verify-command.ts')).verifyCommand],
  ['report-to', async () => (await import('./report-to-command.ts')).reportToCommand],
  ['doctor', async () => (await import('./doctor-command.ts')).doctorCommand],
]);

const io: CommandIo = {
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  env: process.env,
  cwd: process.cwd(),
  exit: (code) => {
    process.exitCode = code;
  },
};

const program = new Command('rehearse')
  .description('Rehearses a PostgreSQL migration on a clone of production before it is deployed.')
  // What it refuses is told once, by us.
  .configureOutput({ writeOut: io.stdout, writeErr: io.stderr, outputError: () => undefined });
program.exitOverride();
const named = commands.get(process.argv[2] ?? '');
for (const load of named === undefined ? commands.values() : [named]) {
  const command = await load();
  program.addCommand(inheriting(refuseEmpty(command(io)), program));
}

const wantsJson =
  /^json$/.test(process.argv[process.argv.indexOf('--format') + 1] ?? '') || process.argv.includes('--format=json');
try {
  await program.parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) io.exit(0);
    else printFailure(io, usageError(error, namedCommands()), wantsJson);
  } else {
    printFailure(io, error, wantsJson);
    // Everything that was made is gone; a connection to a server that was removed would wait for its answer.
    if (error instanceof RehearsalError && error.code === 'stopped') process.exit();
  }
}

/** The commands that were named, as far as they are known: whose help is of use. */
function namedCommands(): string {
  const path: string[] = [];
  let here: Command = program;
  for (const word of process.argv.slice(2)) {
    const below = here.commands.find((command) => command.name() === word);
    if (below === undefined) break;
    path.push(word);
    here = below;
  }
  return path.join(' ');
}

/** Commands of commands too: what Commander would end the process for reaches the one place that prints failures. */
function inheriting(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent).exitOverride();
  for (const below of command.commands) inheriting(below, command);
  return command;
}
