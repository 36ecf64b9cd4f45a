import { execFileSync } from 'node:child_process';
import { accessSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';
import { findPromtool } from '../../infra/setup/promtool.mjs';
import { falseClockLibrary } from '../chaos/false-clock.ts';

/** Debian's programs. */
const [psql, pgbench] = ['/usr/lib/postgresql/15/bin/psql', '/usr/lib/postgresql/15/bin/pgbench'];
/** It can dump servers up to its own major. */
export const pgDump = '/usr/lib/postgresql/15/bin/pg_dump';

const howToAskForThem = 'REHEARSAL_APPLICATIONS=all npm test -- tools';

/** What a test may need of its machine, and how to see whether it is there. */
const looks = {
  docker: engineAnswers,
  compose: () => {
    execFileSync('docker-compose', ['version'], { stdio: 'pipe', timeout: 10_000 });
    engineAnswers();
  },
  redis: () => execFileSync('redis-server', ['--version'], { stdio: 'pipe' }),
  chromium: () => execFileSync('/usr/bin/chromium', ['--version'], { stdio: 'pipe' }),
  // psql, pg_dump and pgbench, and the drivers of two other languages.
  clients: () => {
    for (const program of [psql, pgDump, pgbench]) execFileSync(program, ['--version'], { stdio: 'pipe' });
    execFileSync('/usr/bin/python3', ['-c', 'import psycopg2'], { stdio: 'pipe' });
    execFileSync('/usr/bin/ruby', ['-e', "require 'pg'"], { stdio: 'pipe' });
  },
  prometheus: () => execFileSync(findPromtool() ?? 'promtool', ['--version'], { stdio: 'pipe' }),
  faketime: () => accessSync(falseClockLibrary),
  jdbc: () => {
    const modules = execFileSync('java', ['--list-modules'], { stdio: 'pipe', encoding: 'utf8' });
    if (!modules.includes('jdk.compiler')) throw new Error('java cannot run a source file');
    accessSync('/usr/share/java/postgresql.jar');
  },
  'debian-tools': () => {
    const programs = {
      '/usr/bin/python3': ['-c', 'import django, alembic, psycopg2'],
      '/usr/bin/ruby': ['-e', 'require "active_record"; require "pg"'],
    };
    for (const [program, args] of Object.entries(programs)) execFileSync(program, args, { stdio: 'pipe' });
  },
  'debian-image': () => execFileSync('docker', ['image', 'inspect', 'rehearsal/debian-tools'], { stdio: 'pipe' }),
  // A `npm test` that was not asked for them never installs them.
  applications: () => {
    if (process.env.REHEARSAL_APPLICATIONS !== 'all') throw new Error(howToAskForThem);
    const packages = join(import.meta.dirname, '../applications/packages');
    for (const name of ['feature-flags', 'shop']) accessSync(join(packages, name, 'node_modules'));
  },
  root: () => {
    if (process.getuid?.() !== 0) throw new Error('not root');
  },
} as const;

function engineAnswers(): void {
  execFileSync('docker', ['info', '--format', '{{.ServerVersion}}'], { stdio: 'pipe', timeout: 10_000 });
}

/** Set-up brings the left one wherever it brings the right one: where that is demanded, the other is too. */
const follows: Readonly<Record<string, string>> = { 'debian-tools': 'docker', 'debian-image': 'docker' };

export type Need = keyof typeof looks;

/** Why the machine has it not; undefined: it has. */
export function lack(need: Need): string | undefined {
  try {
    looks[need]();
    return undefined;
  } catch (error) {
    return `${need}: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`;
  }
}

/**
 * `describe` where the machine has it; a visible skip where not; an error where REHEARSAL_REQUIRE says it must be
 * there.
 */
export function describeWith(need: Need, title: string, body: () => void): void {
  const missing = lack(need);
  if (missing === undefined) {
    describe(title, body);
    return;
  }
  // Nothing is required where nothing is named.
  const required = (process.env.REHEARSAL_REQUIRE ?? '').split(',').filter((name) => name !== '');
  if (required.includes(need) || required.includes(follows[need] ?? '')) {
    throw new Error(`REHEARSAL_REQUIRE names ${need}, but this machine lacks it (${missing})`);
  }
  describe.skip(`${title} — skipped, needs ${missing}`, body);
}
