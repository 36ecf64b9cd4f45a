import { makeWorkspace, removeWorkspace } from '../workspace.ts';
import type { CloneParts } from './clone-parts.ts';
import { bind } from './container-shape.ts';
import { type Engine, unlessGone } from './engine.ts';
import type { Image } from './images.ts';
import { labelsOf } from './labels.ts';

const probeExpiresMs = 60_000;

type Container = Awaited<ReturnType<Engine['docker']['createContainer']>>;

/** A container of an image without a network, not started yet; it is gone when `use` has ended, however it ended. */
export async function throwAway<T>(
  parts: CloneParts,
  image: Image,
  command: string[],
  use: (container: Container) => Promise<T>,
): Promise<T> {
  const { engine, clock } = parts;
  const expiresAt = new Date(clock.wallTime().getTime() + probeExpiresMs);
  const owner = { rehearsalId: 'probe', runId: 'probe', expiresAt };
  const workspace = await makeWorkspace(parts.workspaces, owner);
  try {
    const container = await engine.docker.createContainer({
      Image: image.id,
      Labels: labelsOf(engine, owner, workspace),
      User: '65534:65534',
      Entrypoint: command,
      Cmd: [],
      HostConfig: {
        NetworkMode: 'none',
        CapDrop: ['ALL'],
        Mounts: [bind(workspace.dir, '/rehearsal/probe', 'read-only')],
      },
    });
    try {
      return await use(container);
    } finally {
      await unlessGone(container.remove({ force: true, v: true }));
    }
  } finally {
    await removeWorkspace(workspace);
  }
}
