import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ServerAddress } from '../../../shared/edge/ports/sql.ts';
import { record } from './recorder.ts';

const dir = join(import.meta.dirname, 'programs');
const debian = '/usr/lib/postgresql/15/bin';
const transactions = ['-n', '-c', '1', '-t', '20', '--random-seed=1'];

const pgbench = (script: string, mode: string): readonly string[] => [
  ...[`${debian}/pgbench`, ...transactions, '-M', mode],
  ...['-f', join(dir, script)],
];

/** Programs of Debian's packages, by what they are; `accounts` and `history` are there for pgbench. */
export const packagedPrograms: Readonly<Record<string, readonly string[]>> = {
  psql: [`${debian}/psql`, '-X', '-a', '-f', join(dir, 'script.sql')],
  'pgbench -M simple': pgbench('transaction.sql', 'simple'),
  'pgbench -M extended': pgbench('transaction.sql', 'extended'),
  'pgbench -M prepared': pgbench('transaction.sql', 'prepared'),
  'pgbench with a pipeline': pgbench('pipeline.sql', 'prepared'),
  psycopg2: ['/usr/bin/python3', join(dir, 'psycopg2_program.py')],
  'ruby-pg': ['/usr/bin/ruby', join(dir, 'ruby_program.rb')],
};

export const nodePrograms: Readonly<Record<string, readonly string[]>> = {
  pg: [process.execPath, join(dir, 'pg.mjs')],
  postgres: [process.execPath, join(dir, 'postgres.mjs')],
};

export const javaProgram = [
  'java',
  '-XX:TieredStopAtLevel=1',
  '-cp',
  '/usr/share/java/postgresql.jar',
  join(dir, 'Jdbc.java'),
];

export interface Told {
  readonly code: number | null;
  readonly printed: readonly string[];
  /** Message by message, for each of its connections. */
  readonly heard: readonly (readonly string[])[];
}

/** Runs a program to its end and gives what it printed and what came to it over the wire. */
export async function run(command: readonly string[], server: ServerAddress, at = server): Promise<Told> {
  await using recorder = await record(at);
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    env: {
      PATH: process.env.PATH,
      LANG: 'C.UTF-8',
      PGHOST: '127.0.0.1',
      PGPORT: `${recorder.port}`,
      PGUSER: server.user,
      PGPASSWORD: server.password,
      PGDATABASE: server.database,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      output[name] += chunk;
    });
  }
  const [code] = await once(child, 'close');
  const printed = `${output.stdout}\n${output.stderr}`.split('\n').filter((line) => !timed.test(line));
  // The process number of a notification differs from one connection to the next.
  return { code, printed: printed.map((line) => line.replaceAll(/PID \d+/g, 'PID n')), heard: recorder.heard() };
}

/** Lines of pgbench that tell times, and of a warning of the language itself. */
const timed = /^(?:latency|tps|initial connection time) /;
