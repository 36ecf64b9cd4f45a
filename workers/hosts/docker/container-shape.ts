import type { HostConfig } from 'dockerode';
import type { CloneNetwork } from './networks.ts';

/** More than any application needs, fewer than a fork bomb. */
const pidsMax = 1024;
/** Output of ours goes another way; what the engine keeps of it is for its start only. */
const logBytesMax = '2m';

/** What every container of a clone is denied, whoever made its image. */
export function confined(network: CloneNetwork, memoryBytes: number | undefined): HostConfig {
  return {
    NetworkMode: network.name,
    // Engines before 25 pass name queries on to the host's own resolver even from here; nobody answers at this one.
    Dns: [network.serverAddress],
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges'],
    PidsLimit: pidsMax,
    RestartPolicy: { Name: 'no' },
    LogConfig: { Type: 'json-file', Config: { 'max-size': logBytesMax } },
    // Equal, so that there is no swap to hide in.
    ...(memoryBytes === undefined ? {} : { Memory: memoryBytes, MemorySwap: memoryBytes }),
  };
}

/** The engine refuses a bind whose source it does not see instead of making an empty directory for it. */
export const bind = (source: string, target: string, access: 'read-only' | 'writable') =>
  ({ Type: 'bind', Source: source, Target: target, ReadOnly: access === 'read-only' }) as const;
