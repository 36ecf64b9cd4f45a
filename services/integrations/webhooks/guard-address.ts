import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import ipaddr from 'ipaddr.js';
import { RehearsalError } from '../../../shared/domain/problem.ts';

/** Networks that an operator opened although they are not public, `10.1.0.0/16`. */
export type AllowedNetworks = readonly string[];

export type Resolve = (host: string) => Promise<readonly Pick<LookupAddress, 'address'>[]>;

const resolveByDns: Resolve = (host) => lookup(host, { all: true, verbatim: true });

/**
 * The one address to connect to. The name is resolved here and nowhere else: a second look could be answered with
 * another address than the one that was judged. Throws RehearsalError `address-not-allowed` or `unresolvable-address`.
 */
export async function checkedAddress(
  url: URL,
  allowed: AllowedNetworks,
  resolve: Resolve = resolveByDns,
): Promise<string> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const found = ipaddr.isValid(host) ? [{ address: host }] : await resolved(host, resolve);
  const refused = found.map(({ address }) => refusalOf(address, allowed)).find((why) => why !== undefined);
  // One bad address among good ones is no accident: whoever answers for the name would only have to be asked again.
  if (refused !== undefined) throw notAllowed(host, refused);
  const [first] = found;
  if (first === undefined) throw unresolvable(host);
  return first.address;
}

/** Why nobody may be sent there; undefined: it is a public address, or one of an opened network. */
function refusalOf(address: string, allowed: AllowedNetworks): string | undefined {
  // An IPv4 address in the clothes of IPv6 is judged as what it leads to.
  const parsed = ipaddr.process(address);
  const range = parsed.range();
  const isOpened = allowed.some((network) => {
    const [base, bits] = parseNetwork(network);
    return base.kind() === parsed.kind() && parsed.match(base, bits);
  });
  return range === 'unicast' || isOpened ? undefined : range;
}

/** A single address is one too. */
function parseNetwork(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  if (text.includes('/')) return ipaddr.parseCIDR(text);
  const address = ipaddr.parse(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

export const isNetwork = (text: string): boolean => ipaddr.isValid(text) || ipaddr.isValidCIDR(text);

async function resolved(host: string, resolve: Resolve): ReturnType<Resolve> {
  try {
    return await resolve(host);
  } catch (cause) {
    throw unresolvable(host, cause);
  }
}

const notAllowed = (host: string, range: string): RehearsalError =>
  new RehearsalError(
    'bundle',
    'address-not-allowed',
    `${host} leads to an address that is not public (${range}).`,
    'Give a public address; an operator may open a network with REHEARSAL_WEBHOOK_NETWORKS=10.1.0.0/16.',
  );

const unresolvable = (host: string, cause?: unknown): RehearsalError =>
  new RehearsalError(
    'bundle',
    'unresolvable-address',
    `The name ${host} has no address.`,
    'Check it for a typing mistake, and the name servers of the service.',
    { cause },
  );
