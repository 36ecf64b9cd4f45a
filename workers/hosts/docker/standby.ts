import { chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CloneRequest, Standby } from '../../../shared/edge/ports/clone-host.ts';
import type { ServerAddress } from '../../../shared/edge/ports/sql.ts';
import { follow } from '../follow-primary.ts';
import { serverUser } from '../process/users.ts';
import type { Workspace } from '../workspace.ts';
import type { CloneParts } from './clone-parts.ts';
import type { Image } from './images.ts';
import type { CloneNetwork } from './networks.ts';
import { ServerContainer, serverNotMade } from './server-container.ts';
import { copyData } from './server-files.ts';

/** What it shares with the clone that it follows; its data lie in the clone's workspace. */
export interface StandbyPlace {
  readonly parts: CloneParts;
  readonly request: CloneRequest;
  readonly image: Image;
  readonly network: CloneNetwork;
  readonly labels: Readonly<Record<string, string>>;
  readonly workspace: Workspace;
}

/** A second copy of the clone's snapshot in the clone's network, which follows the clone's server. */
export async function startStandby(place: StandbyPlace, primary: ServerAddress): Promise<Standby> {
  const { parts, request, image, network, labels, workspace } = place;
  const { engine, clock, dataRoot, serverMemoryBytes } = parts;
  await dataRoot.requireFree(dataRoot.method === 'reflink' ? 0 : request.snapshot.facts.bytes);
  const dir = join(workspace.dir, 'standby');
  await mkdir(dir, { mode: 0o711 });
  await copyData(request.snapshot.pgdata, dir, dataRoot, request);
  const user = serverUser();
  for (const path of await follow(join(dir, 'pgdata'), primary)) {
    if (user !== undefined) await chown(path, user.uid, user.gid);
  }
  const address = network.standbyAddress;
  const server = await ServerContainer.make({
    ...{ engine, clock, image, network, labels, dir, address, name: `rehearsal-${workspace.id}-standby` },
    ...(serverMemoryBytes === undefined ? {} : { memoryBytes: serverMemoryBytes }),
  }).catch((cause: unknown) => Promise.reject(serverNotMade(cause)));
  await using made = new AsyncDisposableStack();
  made.defer(() => server.remove());
  await server.start();
  const owned = made.move();
  return { admin: { ...primary, host: address }, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
