import { randomInt } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { RehearsalError } from '../../../shared/domain/problem.ts';
import { type Engine, messageOf, unlessGone } from './engine.ts';

/** A clone's own network without a way out; only this worker and the clone's containers are in it. */
export interface CloneNetwork {
  readonly name: string;
  /** Stays the server's over restarts. */
  readonly serverAddress: string;
  /** Where this worker listens for the clone's processes. */
  readonly tapHost: string;
  remove(): Promise<void>;
}

const makeAttempts = 30;

/**
 * Addresses are ours to choose, because the engine's own pools end after some thirty networks and it gives no fixed address in them.
 * They come from 198.18.0.0/15, which is set aside for tests of networks (RFC 2544) and so is nobody's: 2048 networks of 62 places.
 */
export async function makeNetwork(
  engine: Engine,
  name: string,
  labels: Readonly<Record<string, string>>,
): Promise<CloneNetwork> {
  const own = engine.ownContainer;
  for (let attempt = 1; ; attempt += 1) {
    const [prefix, first] = freePlace();
    const at = (offset: number): string => `${prefix}.${first + offset}`;
    try {
      const network = await engine.docker.createNetwork({
        Name: name,
        CheckDuplicate: true,
        Internal: true,
        // A worker that is a container needs no gateway; without one the host's own services are out of reach too.
        Options: own === undefined ? {} : { 'com.docker.network.bridge.inhibit_ipv4': 'true' },
        Labels: labels,
        // Fixed addresses lie in the lower half, those that the engine deals out in the upper.
        IPAM: { Driver: 'default', Config: [{ Subnet: `${at(0)}/26`, Gateway: at(1), IPRange: `${at(32)}/27` }] },
      });
      const remove = async (): Promise<void> => {
        if (own !== undefined) await unlessGone(network.disconnect({ Container: own.id, Force: true }));
        await unlessGone(network.remove());
      };
      if (own === undefined) return { name, serverAddress: at(2), tapHost: at(1), remove };
      try {
        await network.connect({ Container: own.id, EndpointConfig: { IPAMConfig: { IPv4Address: at(3) } } });
      } catch (error) {
        await remove();
        throw error;
      }
      return { name, serverAddress: at(2), tapHost: at(3), remove };
    } catch (cause) {
      const isTaken = /overlap|conflicts with network/i.test(messageOf(cause));
      if (!isTaken || attempt === makeAttempts) throw notMade(cause);
    }
  }
}

function freePlace(): readonly [prefix: string, first: number] {
  const used = Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).map(({ address }) => address),
  );
  for (;;) {
    const [prefix, first] = [`198.${18 + randomInt(2)}.${randomInt(256)}`, 64 * randomInt(4)];
    const isUsed = used.some((address) => {
      const last = address.startsWith(`${prefix}.`) ? Number(address.slice(prefix.length + 1)) : Number.NaN;
      return last >= first && last < first + 64;
    });
    if (!isUsed) return [prefix, first];
  }
}

function notMade(cause: unknown): RehearsalError {
  return new RehearsalError(
    'machine',
    'network-not-made',
    `the engine made no network for the clone: ${messageOf(cause)}`,
    'see which networks are left over: docker network ls --filter label=rehearsal',
    { cause },
  );
}
