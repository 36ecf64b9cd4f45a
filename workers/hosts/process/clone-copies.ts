import { chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CloneRequest } from '../../../shared/edge/ports/clone-host.ts';
import { copyPgdata } from '../copy-pgdata.ts';
import { type CopyMethod, copyTree } from '../copy-tree.ts';
import { configurationFile } from '../server-settings.ts';
import type { Workspace } from '../workspace.ts';
import { giveToServer, type LentUser, serverUser } from './users.ts';

/** `pgdata`, with the configuration of this clone, and a directory for its log. */
export async function copyData(
  from: string,
  workspace: Workspace,
  method: CopyMethod,
  request: CloneRequest,
): Promise<void> {
  const pgdata = join(workspace.dir, 'pgdata');
  const logDirectory = join(workspace.dir, 'log');
  await mkdir(logDirectory, { mode: 0o700 });
  await copyPgdata(from, pgdata, method, serverUser());
  const configuration = join(pgdata, 'postgresql.conf');
  await writeFile(configuration, configurationFile(request.snapshot.settings, request.settings), { mode: 0o600 });
  for (const path of [logDirectory, configuration]) await giveToServer(path);
}

/**
 * Readable and never writable: files and directories belong to us, the directory above lets only the clone's own user
 * in.
 */
export async function copyBundle(bundleDir: string, box: string, { user }: LentUser): Promise<void> {
  await mkdir(box, { mode: 0o710 });
  if (user !== undefined) await chown(box, 0, user.gid);
  const mode = (own: number, kind: 'file' | 'directory'): number =>
    kind === 'directory' || (own & 0o100) !== 0 ? 0o555 : 0o444;
  await copyTree(bundleDir, join(box, 'bundle'), 'copy', {
    mode,
    ...(user === undefined ? {} : { owner: { uid: 0, gid: 0 } }),
  });
}
