import type Docker from 'dockerode';
import { RehearsalError } from '../../../shared/domain/problem.ts';
import { type EngineFacts, refusesEngine } from './judge-engine.ts';
import { ownContainer } from './own-container.ts';

/** The engine that we talk to, and what of it matters to every clone. */
export interface Engine {
  readonly docker: Docker;
  readonly version: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly limitsMemory: boolean;
  readonly facts: EngineFacts;
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

/** `DOCKER_HOST` or the local socket. Throws RehearsalError (machine) where nothing answers or clones cannot run. */
export async function openEngine(signal?: AbortSignal): Promise<Engine> {
  try {
    const found = await askEngine();
    const refused = refusesEngine(found.facts);
    if (refused !== undefined) throw refused;
    if (!found.facts.isInside && process.platform !== 'linux') throw addressesNotReachable();
    return { ...found, ...(signal === undefined ? {} : { signal }), init: true };
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

async function askEngine(): Promise<Omit<Engine, 'init' | 'signal'>> {
  const dockerHost = process.env.DOCKER_HOST;
  const reached = dockerHost === undefined || dockerHost === '' ? {} : { dockerHost };
  // Whoever is on another machine is not even asked: an answer over ssh may take a minute.
  const unknown = { apiVersion: '1.41', osType: 'linux', limitsMemory: true, limitsSwap: true };
  const remote = refusesEngine({ ...reached, ...unknown, securityOptions: [], isInside: false });
  if (remote !== undefined) throw remote;
  // Loaded where it is needed: it takes longer to load than most commands take to start.
  const { default: Client } = await import('dockerode');
  const docker = new Client();
  const about = (await docker.info()) as EngineAbout;
  const { ApiVersion } = await docker.version();
  const own = await ownContainer(docker);
  return {
    docker,
    version: about.ServerVersion,
    cpus: about.NCPU,
    memoryBytes: about.MemTotal,
    limitsMemory: about.MemoryLimit,
    ...(own === undefined ? {} : { ownContainer: own }),
    facts: {
      ...reached,
      apiVersion: ApiVersion,
      osType: about.OSType,
      limitsMemory: about.MemoryLimit,
      limitsSwap: about.SwapLimit,
      ...(about.CgroupVersion === undefined ? {} : { cgroupVersion: about.CgroupVersion }),
      securityOptions: about.SecurityOptions ?? [],
      isInside: own !== undefined,
    },
  };
}

interface EngineAbout {
  readonly ServerVersion: string;
  readonly NCPU: number;
  readonly MemTotal: number;
  readonly MemoryLimit: boolean;
  readonly SwapLimit: boolean;
  readonly OSType: string;
  readonly CgroupVersion?: string;
  readonly SecurityOptions?: readonly string[];
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
