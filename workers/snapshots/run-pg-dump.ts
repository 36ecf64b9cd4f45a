import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { RehearsalError } from '../../shared/domain/problem.ts';
import type { ProductionAddress } from './production-address.ts';

const run = promisify(execFile);
/** A schema is text for people; this is that of a hundred thousand tables. */
const schemaBytesMax = 512 * 1024 ** 2;

/** pg_dump of this machine, old enough to be at hand and new enough to read that server. */
export interface PgDump {
  /** The definitions of one half of the schema as `snapshot` sees it: what rows need, or what comes after them. */
  schema(section: 'pre-data' | 'post-data', snapshot: string): Promise<string>;
}

/**
 * Throws RehearsalError `no-pg-dump` (fault machine) where there is none, or an older one than the server: pg_dump
 * refuses newer servers. Only definitions are asked for, so no row ever gets into its output.
 */
export async function findPgDump(
  server: ProductionAddress,
  serverMajor: number,
  signal?: AbortSignal,
): Promise<PgDump> {
  const major = await pgDumpMajor();
  if (major === undefined || major < serverMajor) {
    const found = major === undefined ? 'there is no pg_dump on PATH' : `the pg_dump on PATH is of ${major}`;
    throw new RehearsalError(
      'machine',
      'no-pg-dump',
      `${found}, and the schema of a PostgreSQL ${serverMajor} is read by one that is at least as new`,
      `install it: apt-get install postgresql-client-${serverMajor}; or dump where one is, and give the file: --from dump FILE`,
    );
  }
  const { host, port, user, password, database, ssl } = server;
  const named = { PGPASSWORD: password, PGAPPNAME: 'rehearsal/snapshot', PGCONNECT_TIMEOUT: '15' };
  const env = {
    ...process.env,
    ...named,
    ...(ssl && { PGSSLMODE: ssl.rejectUnauthorized ? 'verify-full' : 'require' }),
  };
  const fixed = ['-h', host, '-p', String(port), '-U', user, '-d', database, '--no-password', '--no-blobs'];
  return {
    async schema(section, snapshot) {
      const args = [...fixed, '--format=plain', `--section=${section}`, `--snapshot=${snapshot}`, '--no-tablespaces'];
      const dumped = run('pg_dump', args, { env, maxBuffer: schemaBytesMax, ...(signal && { signal }) });
      return (await dumped.catch(refuse)).stdout;
    },
  };
}

async function pgDumpMajor(): Promise<number | undefined> {
  try {
    return Number(/(\d+)(?:\.\d+)?/.exec((await run('pg_dump', ['--version'])).stdout)?.[1]);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function refuse(cause: unknown): never {
  const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr) : String(cause);
  const reason = said.split('\n').find((line) => /error:/.test(line)) ?? said.split('\n')[0] ?? '';
  throw new RehearsalError(
    'machine',
    'schema-not-read',
    `pg_dump could not read the schema: ${reason.replace(/^.*error:\s*/, '')}`,
    'read it as a role that may see every table: its owner, a member of pg_read_all_data, or a superuser',
    { cause },
  );
}
