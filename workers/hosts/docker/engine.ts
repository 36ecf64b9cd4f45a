import Docker from 'dockerode';
import { RehearsalError } from '../../../shared/domain/problem.ts';
import { ownContainer } from './own-container.ts';

/** The engine that we talk to, and what of it matters to every clone. */
export interface Engine {
  readonly docker: Docker;
  readonly version: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly limitsMemory: boolean;
  /** Set where this worker is itself a container of that engine. */
  readonly ownContainer?: OwnContainer;
  /** Ends an image that is being pulled. */
  readonly signal?: AbortSignal;
  /** Whether the engine can put a small init before a command; cleared by the first start that finds none. */
  init: boolean;
}

export interface OwnContainer {
  readonly id: string;
  readonly startedAt: string;
}

/** `DOCKER_HOST` or the local socket. Throws RehearsalError (machine) where nothing answers. */
export async function openEngine(signal?: AbortSignal): Promise<Engine> {
  const docker = new Docker();
  try {
    const about = (await docker.info()) as EngineAbout;
    const own = await ownContainer(docker);
    if (own === undefined && process.platform !== 'linux') throw addressesNotReachable();
    return {
      docker,
      version: about.ServerVersion,
      cpus: about.NCPU,
      memoryBytes: about.MemTotal,
      limitsMemory: about.MemoryLimit,
      ...(own === undefined ? {} : { ownContainer: own }),
      ...(signal === undefined ? {} : { signal }),
      init: true,
    };
  } catch (cause) {
    if (cause instanceof RehearsalError) throw cause;
    throw new RehearsalError(
      'machine',
      'no-docker-engine',
      `no Docker engine answers: ${messageOf(cause)}`,
      'start one (dockerd, or Docker Desktop), see that `docker info` answers for this user, or use --host process',
      { cause },
    );
  }
}

interface EngineAbout {
  readonly ServerVersion: string;
  readonly NCPU: number;
  readonly MemTotal: number;
  readonly MemoryLimit: boolean;
}

/** What the engine said, without the client's preamble. */
export function messageOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'json' in error) {
    const { json } = error as { json: unknown };
    if (typeof json === 'object' && json !== null && 'message' in json) return String(json.message);
  }
  return error instanceof Error ? error.message : String(error);
}

export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined;
  return Number(error.statusCode);
}

/** What was to be ended has ended already, is gone, or is on its way out (409). */
export async function unlessGone(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    const status = statusOf(error);
    if (status !== 404 && status !== 409 && status !== 304) throw error;
  }
}

function addressesNotReachable(): RehearsalError {
  return new RehearsalError(
    'machine',
    'container-addresses-not-reachable',
    'on this system the engine runs in a virtual machine, and the addresses of its containers cannot be reached from here',
    'run the worker as a container (docker-compose up), or use --host process',
  );
}
