import { RehearsalError } from '../../../shared/domain/problem.ts';

/** What an engine says about itself (`docker info`, `docker version`) and how it was reached. */
export interface EngineFacts {
  /** `DOCKER_HOST`; absent: the local socket. */
  readonly dockerHost?: string;
  readonly apiVersion: string;
  readonly osType: string;
  readonly limitsMemory: boolean;
  readonly limitsSwap: boolean;
  /** `1` or `2`; engines before 20.10 do not say it. */
  readonly cgroupVersion?: string;
  /** Such as `name=seccomp,profile=default`, `name=rootless`, `name=userns`. */
  readonly securityOptions: readonly string[];
  /** This worker is a container of that engine: it is where the engine's networks and files are. */
  readonly isInside: boolean;
}

export interface Lack {
  readonly says: string;
  readonly remedy: string;
}

/** The oldest that the tests run on (Engine 20.10). */
const apiVersionMin = '1.41';

/** Why clones cannot run there at all; undefined where nothing is known against it. */
export function refusesEngine(facts: EngineFacts): RehearsalError | undefined {
  const { dockerHost = '', isInside } = facts;
  const refuse = (code: string, detail: string, remedy: string) => new RehearsalError('machine', code, detail, remedy);
  if (isRemote(dockerHost)) {
    return refuse(
      'engine-remote',
      `DOCKER_HOST=${dockerHost} names an engine on another machine, which cannot mount the data root of this one`,
      'unset DOCKER_HOST to use the engine of this machine, run the worker over there, or use --host process',
    );
  }
  if (facts.osType !== 'linux') {
    const detail = `the engine runs ${facts.osType} containers, and clones need Linux ones`;
    return refuse('engine-not-linux', detail, 'switch it to Linux containers, or use --host process');
  }
  if (olderThan(facts.apiVersion, apiVersionMin)) {
    const detail = `the engine speaks API ${facts.apiVersion}, and ${apiVersionMin} (Engine 20.10) is the oldest that is known to work`;
    return refuse('engine-too-old', detail, 'update it: apt-get install docker.io, or use --host process');
  }
  if (has(facts, 'rootless') && !isInside) {
    return refuse(
      'engine-rootless',
      'the engine is rootless: its networks lie in a namespace of their own, and no container can be reached from here',
      'use the engine of root (unset DOCKER_HOST, docker context use default), run the worker as a container, or use --host process',
    );
  }
  if (has(facts, 'userns')) {
    return refuse(
      'engine-remaps-users',
      'the engine gives containers other user numbers (userns-remap), so that a server could not read its own data',
      'remove userns-remap from /etc/docker/daemon.json and restart it, or use --host process',
    );
  }
  return undefined;
}

/** What it can do less than another one; clones run all the same, and reports say so. */
export function lacksOfEngine(facts: EngineFacts): readonly Lack[] {
  const lacks: Lack[] = [];
  const version = facts.cgroupVersion ?? '1';
  if (!facts.limitsMemory) {
    const enable =
      version === '2'
        ? "delegate the memory controller: echo '+memory' > /sys/fs/cgroup/cgroup.subtree_control"
        : 'boot with cgroup_enable=memory swapaccount=1 on the kernel command line';
    lacks.push({ says: 'it cannot limit memory: memory of the manifest is not enforced', remedy: enable });
  } else if (!facts.limitsSwap) {
    const remedy = 'turn swap off (swapoff -a), or boot with swapaccount=1 on the kernel command line';
    lacks.push({ says: 'it cannot limit swap: what should be killed for memory may be swapped out', remedy });
  }
  return lacks;
}

const has = ({ securityOptions }: EngineFacts, name: string): boolean =>
  securityOptions.some((option) => option.split(',').includes(`name=${name}`));

/** A forwarded port or socket of this machine may still lead elsewhere; the probe of the data root finds that out. */
function isRemote(dockerHost: string): boolean {
  if (dockerHost.startsWith('ssh://')) return true;
  const found = /^(?:tcp|https?):\/\/(\[[^\]]+\]|[^:/]+)/.exec(dockerHost);
  return found !== null && !/^(localhost|127\.[\d.]+|\[::1\])$/.test(found[1] ?? '');
}

function olderThan(version: string, least: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = least.split('.').map(Number);
  return major < leastMajor || (major === leastMajor && minor < leastMinor);
}
