import { join } from 'node:path';
import type { CloneRequest, Standby } from '../../../shared/edge/ports/clone-host.ts';
import type { ServerAddress } from '../../../shared/edge/ports/sql.ts';
import { follow } from '../follow-primary.ts';
import { makeWorkspace, removeWorkspace } from '../workspace.ts';
import { copyData } from './clone-copies.ts';
import type { CloneParts } from './clone-parts.ts';
import { startServer } from './postmaster.ts';
import { giveToServer } from './users.ts';

/** A second copy of the clone's snapshot in a workspace of its own, which follows the clone's server. */
export async function startStandby(
  parts: CloneParts,
  request: CloneRequest,
  { program, primary }: { readonly program: string; readonly primary: ServerAddress },
): Promise<Standby> {
  const { dataRoot, groups, clock } = parts;
  await dataRoot.requireFree(dataRoot.method === 'reflink' ? 0 : request.snapshot.facts.bytes);
  const workspace = await makeWorkspace(dataRoot.clones, request.owner);
  await using made = new AsyncDisposableStack();
  made.defer(() => removeWorkspace(workspace));
  const pgdata = join(workspace.dir, 'pgdata');
  await copyData(request.snapshot.pgdata, workspace, dataRoot.method, request);
  for (const path of await follow(pgdata, primary)) await giveToServer(path);
  const logDirectory = join(workspace.dir, 'log');
  const server = await startServer({ id: workspace.id, program, pgdata, logDirectory, groups, clock });
  made.defer(() => server.stop('immediate'));
  const owned = made.move();
  return {
    admin: { ...primary, port: server.port },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
