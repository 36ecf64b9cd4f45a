import { randomInt } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { RehearsalError } from '../../../shared/domain/problem.ts';
import { type Engine, messageOf, unlessGone } from './engine.ts';
import { closeToHost, removeGuard } from './network-guard.ts';

/** A clone's own network without a way out; only this worker and the clone's containers are in it. */
export interface CloneNetwork {
  readonly name: string;
  /** Stays the server's over restarts. */
  readonly serverAddress: string;
  /** Of a standby, if there is one. */
  readonly standbyAddress: string;
  /** Where this worker listens for the clone's processes. */
  readonly tapHost: string;
  remove(): Promise<void>;
}

const makeAttempts = 30;

/**
 * Addresses are ours to choose, because the engine's own pools end after some thirty networks and it gives no fixed
 * address in them.
 * They come from 198.18.0.0/15, which is set aside for tests of networks (RFC 2544) and so is nobody's: 2048 networks
 * of 62 places.
 */
export async function makeNetwork(
  engine: Engine,
  name: string,
  labels: Readonly<Record<string, string>>,
): Promise<CloneNetwork> {
  for (let attempt = 1; ; attempt += 1) {
    const [prefix, first] = freePlace();
    const at = (offset: number): string => `${prefix}.${first + offset}`;
    try {
      return await makeAt(engine, name, labels, at);
    } catch (cause) {
      if (cause instanceof RehearsalError) throw cause;
      const isTaken = /overlap|conflicts with network/i.test(messageOf(cause));
      if (!isTaken || attempt === makeAttempts) throw notMade(cause);
    }
  }
}

async function makeAt(
  { docker, ownContainer }: Engine,
  name: string,
  labels: Readonly<Record<string, string>>,
  at: (offset: number) => string,
): Promise<CloneNetwork> {
  await using failed = new AsyncDisposableStack();
  const network = await docker.createNetwork({
    Name: name,
    CheckDuplicate: true,
    Internal: true,
    Labels: labels,
    // A worker that is a container needs no gateway; without one the host's own services are out of reach.
    Options: ownContainer === undefined ? {} : { 'com.docker.network.bridge.inhibit_ipv4': 'true' },
    // Fixed addresses lie in the lower half, those that the engine deals out in the upper.
    IPAM: {
      Driver: 'default',
      Config: [{ Subnet: `${at(0)}/26`, Gateway: at(1), IPRange: `${at(32)}/27` }],
    },
  });
  const guarded = { id: network.id, gateway: at(1) };
  failed.defer(() => unlessGone(network.remove()));
  if (ownContainer === undefined) {
    failed.defer(() => removeGuard(guarded));
    await closeToHost(guarded);
  } else {
    failed.defer(() => unlessGone(network.disconnect({ Container: ownContainer.id, Force: true })));
    await network.connect({ Container: ownContainer.id, EndpointConfig: { IPAMConfig: { IPv4Address: at(3) } } });
  }
  const held = failed.move();
  const tapHost = ownContainer === undefined ? guarded.gateway : at(3);
  return { name, serverAddress: at(2), standbyAddress: at(4), tapHost, remove: () => held.disposeAsync() };
}

/** Of a network that another process made; whoever starts at the same moment may remove it before us. */
export const removeLeftOver = (engine: Pick<Engine, 'docker'>, id: string): Promise<void> =>
  unlessGone(takeApart(engine, id));

async function takeApart({ docker }: Pick<Engine, 'docker'>, id: string): Promise<void> {
  const network = docker.getNetwork(id);
  const { Containers = {}, IPAM } = (await network.inspect()) as LeftOver;
  // A worker that is a container had joined it.
  for (const Container of Object.keys(Containers)) await unlessGone(network.disconnect({ Container, Force: true }));
  const { Gateway } = IPAM?.Config?.[0] ?? {};
  if (Gateway !== undefined) await removeGuard({ id, gateway: Gateway });
  await unlessGone(network.remove());
}

interface LeftOver {
  readonly Containers?: Readonly<Record<string, unknown>>;
  readonly IPAM?: { readonly Config?: readonly { readonly Gateway?: string }[] };
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
