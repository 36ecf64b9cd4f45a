import { mkdir } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { CloneRequest } from '../../../shared/edge/ports/clone-host.ts';
import type { ServerAddress } from '../../../shared/edge/ports/sql.ts';
import { copyTree } from '../copy-tree.ts';
import type { DataRoot } from '../data-root.ts';
import { lendCommandUser } from '../process/users.ts';
import { makeWorkspace, removeWorkspace } from '../workspace.ts';
import type { CloneParts } from './clone-parts.ts';
import { DockerClone } from './docker-clone.ts';
import { findImage, type Image, serverImageNames } from './images.ts';
import { labelsOf } from './labels.ts';
import { makeNetwork } from './networks.ts';
import { listenForOom } from './oom-events.ts';
import { ServerContainer, serverNotMade } from './server-container.ts';
import { copyData } from './server-files.ts';
import { startStandby } from './standby.ts';

/** A clone of `pgdata` in a workspace and a network of its own; leaves nothing behind where it fails. */
export async function makeDockerClone(parts: CloneParts, request: CloneRequest, pgdata: string): Promise<DockerClone> {
  const startedMs = parts.clock.now();
  const { engine, dataRoot, clock } = parts;
  await dataRoot.requireFree(dataRoot.method === 'reflink' ? 0 : request.snapshot.facts.bytes);
  await using failed = new AsyncDisposableStack();
  const workspace = await makeWorkspace(parts.workspaces, request.owner);
  failed.defer(() => removeWorkspace(workspace));
  const lent = await lendCommandUser(dataRoot.locks);
  failed.use(lent);
  const labels = labelsOf(engine, request.owner, workspace);
  const dir = join(workspace.dir, 'server');
  await mkdir(dir, { mode: 0o711 });

  const makeServer = async (): Promise<{
    network: Awaited<ReturnType<typeof makeNetwork>>;
    server: ServerContainer;
    image: Image;
  }> => {
    const names =
      request.image === undefined ? serverImageNames(request.snapshot.facts.major, process.env) : [request.image];
    const image = await findImage(engine, names);
    const network = await makeNetwork(engine, `rehearsal-${workspace.id}`, labels);
    failed.defer(() => network.remove());
    const { serverMemoryBytes } = parts;
    const server = await ServerContainer.make({
      ...{ engine, clock, image, network, labels, dir, name: `rehearsal-${workspace.id}-server` },
      address: network.serverAddress,
      ...(serverMemoryBytes === undefined ? {} : { memoryBytes: serverMemoryBytes }),
    }).catch((cause: unknown) => Promise.reject(serverNotMade(cause)));
    failed.defer(() => server.remove());
    return { network, server, image };
  };
  const listen = async () => failed.use(await listenForOom(engine, workspace.id, clock));
  const [{ network, server, image }, oomEvents, toolsDir] = await settled([
    makeServer(),
    listen(),
    placeTools(request.toolsDir, workspace.dir, dataRoot),
    copyData(pgdata, dir, dataRoot, request),
    copyTree(request.bundleDir, join(workspace.dir, 'bundle'), 'copy', {
      mode: readable,
      ...(lent.user === undefined ? {} : { owner: lent.user }),
    }),
  ]);
  await server.start();
  failed.move();
  const cloneMs = clock.now() - startedMs;
  const cloneOf = (data: string): Promise<DockerClone> => makeDockerClone(parts, request, data);
  const standbyOf = (primary: ServerAddress) =>
    startStandby({ parts, request, image, network, labels, workspace }, primary);
  const made = {
    ...{ parts, request, workspace, lent, toolsDir, labels, network, server, oomEvents, cloneMs },
    ...{ cloneOf, standbyOf },
  };
  return new DockerClone(made);
}

/** Every one has come to its end before a failure is told, so that what is cleaned up then is all there is. */
async function settled<const Work extends readonly Promise<unknown>[]>(
  work: Work,
): Promise<{ -readonly [Index in keyof Work]: Awaited<Work[Index]> }> {
  await Promise.allSettled(work);
  return Promise.all(work) as Promise<{ -readonly [Index in keyof Work]: Awaited<Work[Index]> }>;
}

const readable = (mode: number, kind: 'file' | 'directory'): number =>
  kind === 'directory' || (mode & 0o100) !== 0 ? 0o755 : 0o644;

/** The engine sees only what lies in the data root; tools that lie elsewhere are copied there. */
async function placeTools(toolsDir: string, workspace: string, dataRoot: DataRoot): Promise<string> {
  if (toolsDir.startsWith(dataRoot.dir + sep)) return toolsDir;
  const copy = join(workspace, 'tools');
  await copyTree(toolsDir, copy, 'copy', { mode: readable });
  return copy;
}
