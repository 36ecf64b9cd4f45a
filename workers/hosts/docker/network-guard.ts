import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { RehearsalError } from '../../../shared/domain/problem.ts';

const programs = ['/usr/sbin/iptables-restore', '/sbin/iptables-restore', '/usr/bin/iptables-restore'];

export interface GuardedNetwork {
  /** The engine's name for it; its interface is called after it. */
  readonly id: string;
  readonly gateway: string;
}

/**
 * An internal network still leads to its gateway, and so to every service of this host that listens on all addresses.
 * Two rules leave
 * only the ports that the kernel gives to those who ask for any, where taps listen. Nothing is done where we may not
 * set rules (not
 * root): a worker in a container needs none, and is the way to full isolation there.
 */
export const closeToHost = (network: GuardedNetwork): Promise<void> => apply('-I', network);

export const removeGuard = (network: GuardedNetwork): Promise<void> => apply('-D', network);

async function apply(change: '-I' | '-D', { id, gateway }: GuardedNetwork): Promise<void> {
  const program = programs.find(existsSync);
  if (process.getuid?.() !== 0 || program === undefined) return;
  const bridge = `br-${id.slice(0, 12)}`;
  const rules = [
    `-i ${bridge} -m conntrack --ctstate NEW -j DROP`,
    `-i ${bridge} -d ${gateway}/32 -p tcp -m tcp --dport ${firstFreePort()}:65535 -j ACCEPT`,
  ];
  // Each is put before the one above, in one go.
  const text = ['*filter', ...rules.map((rule) => `${change} INPUT ${rule}`), 'COMMIT', ''].join('\n');
  const said: Buffer[] = [];
  const child = spawn(program, ['--noflush', '--wait', '10'], { stdio: ['pipe', 'ignore', 'pipe'] });
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  // A program that refuses its input ends before it has read all; its exit code is what counts.
  child.stdin.on('error', () => child.stdin.destroy());
  child.stdin.end(text);
  const [code] = (await once(child, 'close')) as [number | null];
  // Rules that are gone already need no removal.
  if (code === 0 || change === '-D') return;
  throw new RehearsalError(
    'machine',
    'network-not-closed',
    `the clone's network could not be closed towards this host: ${Buffer.concat(said).toString().trim()}`,
    `see whether ${program} works here, or run the worker as a container (docker-compose up)`,
  );
}

function firstFreePort(): number {
  try {
    return Number.parseInt(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'), 10);
  } catch {
    // The kernel's own default.
    return 32_768;
  }
}
