import { execFile } from 'node:child_process';
import { chown, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const variable = 'REHEARSAL_TEST_CLUSTERS';

/** Vitest calls it once a project: what `initdb` makes is kept until the project's last test, for all of its processes. */
export default async function keepClusters(): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'rehearsal-test-clusters-'));
  process.env[variable] = directory;
  return () => rm(directory, { recursive: true, force: true });
}

export type Owner = { readonly uid: number; readonly gid: number } | Record<string, never>;

/**
 * A new cluster in `pgdata`, which must not exist: a copy of the one that `name` stands for where one is kept, which takes
 * a fifth of the processor time of `initdb`.
 */
export async function newCluster(
  pgdata: string,
  name: string,
  owner: Owner,
  initialize: (pgdata: string) => Promise<unknown>,
): Promise<void> {
  const directory = process.env[variable];
  if (directory === undefined) {
    await initialize(pgdata);
    return;
  }
  const kept = join(directory, name);
  if (!(await exists(kept))) await keep(directory, kept, owner, initialize);
  await run('cp', ['-a', '--', kept, pgdata]);
}

/** Where two processes make the same one, the first to be done is kept. */
async function keep(
  directory: string,
  kept: string,
  owner: Owner,
  initialize: (pgdata: string) => Promise<unknown>,
): Promise<void> {
  if (owner.uid !== undefined) await chown(directory, owner.uid, owner.gid);
  const draft = `${kept}-${process.pid}-${crypto.randomUUID()}`;
  await initialize(draft);
  await rename(draft, kept).catch(async (error: unknown) => {
    await rm(draft, { recursive: true, force: true });
    if (!(await exists(kept))) throw error;
  });
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
