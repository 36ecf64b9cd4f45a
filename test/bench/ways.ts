import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Clone, CloneHost } from '../../shared/edge/ports/clone-host.ts';
import type { SealedSnapshot } from '../../shared/edge/ports/snapshots.ts';
import type { ServerAddress, Sql } from '../../shared/edge/ports/sql.ts';

const run = promisify(execFile);

export interface Place {
  readonly host: CloneHost;
  readonly sql: Sql;
  readonly work: string;
}

/**
 * A clone and the first answer out of it; removing it is not counted. Where the host copies, this is the plain copy.
 */
export async function timeClone(place: Place, snapshot: SealedSnapshot): Promise<number> {
  const beginMs = performance.now();
  await using clone = await cloneOf(place, snapshot);
  await firstAnswer(place, clone.admin);
  return performance.now() - beginMs;
}

export interface DumpTools {
  readonly dump: string;
  readonly restore: string;
}

/** The distribution's programs of the server's own major, or why there are none. */
export async function dumpTools(major: number): Promise<DumpTools | string> {
  const dir = `/usr/lib/postgresql/${major}/bin`;
  try {
    await access(join(dir, 'pg_restore'));
    return { dump: join(dir, 'pg_dump'), restore: join(dir, 'pg_restore') };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `pg_restore was not measured: install postgresql-client-${major} (${reason})`;
  }
}

export async function writeDump(tools: DumpTools, place: Place, snapshot: SealedSnapshot, file: string): Promise<void> {
  await using clone = await cloneOf(place, snapshot);
  await run(tools.dump, ['-Fc', '-Z1', '-f', file, ...target(clone.admin)], { env: password(clone.admin) });
}

/** An empty server, the whole dump with two jobs, the first answer. */
export async function timeRestore(
  tools: DumpTools,
  place: Place,
  empty: SealedSnapshot,
  file: string,
): Promise<number> {
  const beginMs = performance.now();
  await using clone = await cloneOf(place, empty);
  const options = ['-j2', '--no-owner', ...target(clone.admin), file];
  await run(tools.restore, options, { env: password(clone.admin) });
  await firstAnswer(place, clone.admin);
  return performance.now() - beginMs;
}

const target = ({ host, port, user, database }: ServerAddress): string[] => [
  ...['-h', host, '-p', String(port), '-U', user, '-d', database],
];
const password = (address: ServerAddress) => ({ ...process.env, PGPASSWORD: address.password });

const cloneOf = ({ host, work }: Place, snapshot: SealedSnapshot): Promise<Clone> =>
  host.clone({
    snapshot,
    owner: { rehearsalId: 'rh-0000000000000000', runId: 'bench', expiresAt: new Date(Date.now() + 3_600_000) },
    bundleDir: join(work, 'bundle'),
    toolsDir: join(work, 'bundle'),
    settings: {},
  });

async function firstAnswer({ sql }: Place, address: ServerAddress): Promise<void> {
  await using session = await sql.connect(address, 'rehearsal/bench');
  const rows = await session.query('SELECT id FROM filler_1 WHERE id = 4711');
  if (rows.length !== 1) throw new Error('the first answer is not the expected one');
}
