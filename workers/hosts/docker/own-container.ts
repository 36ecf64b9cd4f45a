import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type Docker from 'dockerode';
import type { OwnContainer } from './engine.ts';

/** The container that this process runs in, where it is one of this very engine; a name alone proves nothing. */
export async function ownContainer(docker: Docker): Promise<OwnContainer | undefined> {
  for (const candidate of candidates()) {
    // A name that the engine does not know is not ours.
    const found = await docker
      .getContainer(candidate)
      .inspect()
      .catch(() => undefined);
    if (found?.State.Running === true) return { id: found.Id, startedAt: found.State.StartedAt };
  }
  return undefined;
}

/** By default the host name is the container's short id; the mounts of its own files name the long one. */
function candidates(): readonly string[] {
  const [groups, mounts] = [readText('/proc/self/cgroup'), readText('/proc/self/mountinfo')];
  if (!existsSync('/.dockerenv') && !/docker|containerd/.test(groups)) return [];
  const mounted = /\/containers\/([0-9a-f]{64})\//.exec(mounts)?.[1];
  return [...(mounted === undefined ? [] : [mounted]), hostname()];
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // No /proc on this system: then this is no Linux container either.
    return '';
  }
}
