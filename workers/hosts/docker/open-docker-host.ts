import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RehearsalError } from '../../../shared/domain/problem.ts';
import type { Clock } from '../../../shared/edge/ports/clock.ts';
import type { CloneHost } from '../../../shared/edge/ports/clone-host.ts';
import type { Sql } from '../../../shared/edge/ports/sql.ts';
import type { DataRoot } from '../data-root.ts';
import type { CloneParts } from './clone-parts.ts';
import { messageOf, openEngine } from './engine.ts';
import { engineAnswers } from './engine-answers.ts';
import { findInImage } from './find-in-image.ts';
import { findImage, type Image, nodeImageNames, serverImageNames } from './images.ts';
import { makeDockerClone } from './make-clone.ts';
import { reapLeftOvers } from './reap.ts';
import { throwAway } from './throw-away.ts';

export interface DockerHostOptions {
  readonly dataRoot: DataRoot;
  readonly sql: Sql;
  readonly clock: Clock;
  /** Limit of each clone's server; default: none. */
  readonly serverMemoryBytes?: number;
  readonly signal?: AbortSignal;
}

/**
 * Clones as containers in a network of their own without a way out. Throws RehearsalError (machine) where no engine
 * answers, its
 * images are neither here nor can be pulled, or it does not see the data root.
 */
export async function openDockerHost(options: DockerHostOptions): Promise<CloneHost> {
  const engine = await openEngine(options.signal);
  // Beside the process host's clones: each host's reaper knows how to end what works in its own.
  const workspaces = join(options.dataRoot.dir, 'docker-clones');
  if ((await mkdir(workspaces, { recursive: true })) !== undefined) await chmod(workspaces, 0o711);
  const parts: CloneParts = { engine, workspaces, ...options };
  const image = await findImage(engine, nodeImageNames(process.env));
  await requireSharedDataRoot(parts, image);
  const versions = new Map<string, Promise<string>>();
  return {
    kind: 'docker',
    async facts(major) {
      const server = await findImage(engine, serverImageNames(major, process.env));
      const version = versions.get(server.id) ?? versionOf(parts, server);
      versions.set(server.id, version);
      return {
        kind: 'docker',
        postgres: await version,
        memoryLimit: engine.limitsMemory ? 'cgroup' : 'none',
        cpus: engine.cpus,
        memoryBytes: engine.memoryBytes,
      };
    },
    clone: (request) => makeDockerClone(parts, request, request.snapshot.pgdata),
    findInImage: (name, path) => findInImage(parts, name, path),
    imageOf: async (name) => {
      const { id, digests } = await findImage(engine, [name]);
      return { id, digests };
    },
    isThere: () => engineAnswers(engine.docker),
    reap: () => reapLeftOvers(parts),
  };
}

/** An engine on another machine, or a worker in a container with a data root of its own, would mount something else. */
async function requireSharedDataRoot(parts: CloneParts, image: Image): Promise<void> {
  const { dir } = parts.dataRoot;
  try {
    await throwAway(parts, image, ['true'], async () => undefined);
  } catch (cause) {
    if (!/bind source path does not exist|invalid mount config/i.test(messageOf(cause))) throw cause;
    throw new RehearsalError(
      'machine',
      'data-root-not-shared',
      `the engine does not see ${dir}, which this worker uses as data root`,
      'use an engine of this machine, and mount the data root at the same path inside and outside of the worker',
      { cause },
    );
  }
}

/** As the server says it, `17.10`. */
async function versionOf(parts: CloneParts, image: Image): Promise<string> {
  const said = await throwAway(parts, image, ['postgres', '--version'], async (container) => {
    await container.start();
    await container.wait();
    return (await container.logs({ stdout: true, stderr: true, follow: false })).toString('latin1');
  });
  const version = /(\d+(?:\.\d+)+|\d+(?:beta|rc)\d+)/.exec(said)?.[1];
  if (version !== undefined) return version;
  throw new RehearsalError(
    'machine',
    'no-server-in-image',
    `the image ${image.name} holds no PostgreSQL server in its PATH`,
    'name an image with `postgres` in its PATH in POSTGRES_IMAGE',
  );
}
