import { RehearsalError } from '../../shared/domain/problem.ts';
import type { Clock } from '../../shared/edge/ports/clock.ts';
import type { CloneHost } from '../../shared/edge/ports/clone-host.ts';
import type { Sql } from '../../shared/edge/ports/sql.ts';
import type { DataRoot } from './data-root.ts';
import { openDockerHost } from './docker/open-docker-host.ts';
import { openProcessHost } from './process/open-process-host.ts';
import { reapingBoth } from './reap-both.ts';

export type HostChoice = 'auto' | 'docker' | 'process';

export interface HostParts {
  readonly dataRoot: DataRoot;
  readonly sql: Sql;
  readonly clock: Clock;
  /** Ends what takes long in opening a host: an image that is pulled. */
  readonly signal?: AbortSignal;
  /** Hears why `auto` did not take docker. */
  readonly says?: (sentence: string) => void;
}

/** `auto`: docker where an engine answers, has the images and sees the data root, else the embedded binaries. */
export async function chooseHost(choice: HostChoice, parts: HostParts): Promise<CloneHost> {
  return reapingBoth(await openChosen(choice, parts), parts);
}

async function openChosen(choice: HostChoice, parts: HostParts): Promise<CloneHost> {
  switch (choice) {
    case 'docker':
      return openDockerHost(parts);
    case 'process':
      return openProcessHost(parts);
    case 'auto':
      try {
        return await openDockerHost(parts);
      } catch (error) {
        if (!(error instanceof RehearsalError) || error.fault !== 'machine') throw error;
        parts.signal?.throwIfAborted();
        parts.says?.(`clones run on the process host, because ${error.message}`);
        return openProcessHost(parts);
      }
  }
}
