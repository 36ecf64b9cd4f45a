import {
  isAlive,
  isOwnerProcess,
  type OwnerProcess,
  thisProcess,
} from '../../../shared/edge/adapters/owner-process.ts';
import type { Owner } from '../../../shared/edge/ports/clone-host.ts';
import { type Engine, type OwnContainer, statusOf } from './engine.ts';

type Labels = Readonly<Record<string, string>>;

/** On everything that we make in the engine, so that a reaper can tell whose it is and until when. */
export function labelsOf(engine: Engine, owner: Owner, clone: { readonly id: string; readonly dir: string }): Labels {
  const maker: Maker = { ...thisProcess(), ...(engine.ownContainer && { container: engine.ownContainer }) };
  return {
    rehearsal: owner.rehearsalId,
    'rehearsal.run': owner.runId,
    'rehearsal.expires': owner.expiresAt.toISOString(),
    'rehearsal.owner': JSON.stringify(maker),
    [cloneLabel]: clone.id,
    'rehearsal.workspace': clone.dir,
  };
}

export const cloneLabel = 'rehearsal.clone';

/** Its owner is gone, or its time is past. What carries no readable owner is not ours to remove. */
export async function isLeftOver(engine: Engine, labels: Labels, now: Date): Promise<boolean> {
  const maker = parseMaker(labels['rehearsal.owner'] ?? '');
  if (maker === undefined) return false;
  const expires = new Date(labels['rehearsal.expires'] ?? Number.NaN);
  if (now > expires) return true;
  if (!isAlive(maker)) return true;
  return maker.container !== undefined && !(await stillRuns(engine, maker.container));
}

interface Maker extends OwnerProcess {
  /** Processes of another container cannot be looked at, but whether that container still runs can. */
  readonly container?: OwnContainer;
}

async function stillRuns(engine: Engine, container: OwnContainer): Promise<boolean> {
  try {
    const { State } = await engine.docker.getContainer(container.id).inspect();
    // A container that was started again holds another process than the one that made this.
    return State.Running && State.StartedAt === container.startedAt;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
}

function parseMaker(text: string): Maker | undefined {
  try {
    const read: unknown = JSON.parse(text);
    return isOwnerProcess(read) ? read : undefined;
  } catch {
    // Not written by us.
    return undefined;
  }
}
