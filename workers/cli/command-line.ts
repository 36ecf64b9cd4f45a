import { Command, CommanderError } from 'commander';
import { RehearsalError } from '../../shared/domain/problem.ts';
import { doctorCommand } from './doctor-command.ts';
import { gateCommand } from './gate-command.ts';
import type { CommandIo } from './io.ts';
import { judgeCommand } from './judge-command.ts';
import { printFailure } from './print-failure.ts';
import { reportToCommand } from './report-to-command.ts';
import { runCommand } from './run-command.ts';
import { schemaCommand } from './schema-command.ts';
import { snapshotCommand } from './snapshot-command.ts';
import { submitCommand } from './submit-command.ts';
import { usageError } from './usage-error.ts';
import { verifyCommand } from './verify-command.ts';

const io: CommandIo = {
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  env: process.env,
  cwd: process.env.INIT_CWD ?? process.cwd(),
  exit: (code) => {
    process.exitCode = code;
  },
};

const program = new Command('rehearse')
  .description('Rehearses a PostgreSQL migration on a clone of production before it is deployed.')
  // What it refuses is told once, by us.
  .configureOutput({ writeOut: io.stdout, writeErr: io.stderr, outputError: () => undefined });
program.exitOverride();
for (const command of [
  runCommand(io),
  judgeCommand(io),
  snapshotCommand(io),
  submitCommand(io),
  gateCommand(io),
  schemaCommand(io),
  verifyCommand(io),
  reportToCommand(io),
  doctorCommand(io),
]) {
  program.addCommand(inheriting(command, program));
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
