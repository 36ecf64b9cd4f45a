import { chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CloneRequest } from '../../../shared/edge/ports/clone-host.ts';
import { copyPgdata } from '../copy-pgdata.ts';
import type { DataRoot } from '../data-root.ts';
import { serverUser } from '../process/users.ts';
import { configurationFile } from '../server-settings.ts';

/** Whoever reaches the server must know a password; only the clone's own network does. */
const hostBasedAuthentication = 'host all all all scram-sha-256\nhost replication all all scram-sha-256\n';

/** `pgdata`, with the configuration of this clone, who may log in, and a directory for its log. */
export async function copyData(from: string, dir: string, dataRoot: DataRoot, request: CloneRequest): Promise<void> {
  const [user, pgdata, log] = [serverUser(), join(dir, 'pgdata'), join(dir, 'log')];
  const authentication = join(dir, 'pg_hba.conf');
  await mkdir(log, { mode: 0o700 });
  await writeFile(authentication, hostBasedAuthentication, { mode: 0o600 });
  await copyPgdata(from, pgdata, dataRoot.method, user);
  const configuration = join(pgdata, 'postgresql.conf');
  await writeFile(configuration, configurationFile(request.snapshot.settings, request.settings), { mode: 0o600 });
  if (user === undefined) return;
  for (const path of [log, authentication, configuration]) await chown(path, user.uid, user.gid);
}
