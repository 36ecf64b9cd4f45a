import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { Command } from 'commander';
import { RehearsalError } from '../../shared/domain/problem.ts';
import { pgSql } from '../../shared/edge/adapters/pg-sql.ts';
import { askEvictionPolicy } from '../../shared/edge/adapters/queue/ask-eviction-policy.ts';
import { systemClock } from '../../shared/edge/adapters/system-clock.ts';
import { formatBytes } from '../../shared/report/words.ts';
import { chooseHost, type HostChoice } from '../hosts/choose-host.ts';
import { type DataRoot, defaultDataRoot, openDataRoot } from '../hosts/data-root.ts';
import { diskLimits } from '../hosts/disk-limits.ts';
import { openEngine } from '../hosts/docker/engine.ts';
import { lacksOfEngine } from '../hosts/docker/judge-engine.ts';
import { majors } from '../hosts/process/runtime.ts';
import type { CommandIo } from './io.ts';
import { judgeMachine, type Look, type MachineFacts, type RedisFacts } from './judge-machine.ts';

/** `rehearse doctor`: what this machine can do, and the remedy for each lack; 4 where no clone host works. */
export function doctorCommand(io: CommandIo): Command {
  return new Command('doctor').description('what this machine can do').action(async () => {
    const root = await openDataRoot(defaultDataRoot(io.env));
    try {
      const hosts = [...(await lookAtHost('process', root)), ...(await lookAtHost('docker', root))];
      const looks = [...hosts, ...(await lookAtEngine()), lookAtClones(root), ...judgeMachine(await factsOf(io, root))];
      for (const { what, ok, says, remedy } of [...looks, lookAtMachine()]) {
        io.stdout(
          `${ok ? 'ok  ' : 'lack'} ${what}: ${says}\n${ok || remedy === undefined ? '' : `     → ${remedy}\n`}`,
        );
      }
      io.exit(hosts.some((host) => host.ok) ? 0 : 4);
    } finally {
      await root.close();
    }
  });
}

/** One line for what works, naming the majors, and one for each major that lacks something. */
async function lookAtHost(kind: Exclude<HostChoice, 'auto'>, dataRoot: DataRoot): Promise<readonly Look[]> {
  const what = `${kind} host`;
  try {
    const host = await chooseHost(kind, { dataRoot, sql: pgSql, clock: systemClock });
    const asked = await Promise.all(majors.map((major) => host.facts(major).catch(asLack(`${what}, major ${major}`))));
    const there = asked.flatMap((facts) => ('postgres' in facts ? [facts] : []));
    const lacks = asked.flatMap((facts) => ('postgres' in facts ? [] : [facts]));
    const [first] = there;
    if (first === undefined) return lacks;
    const versions = there.map(({ postgres }) => postgres).join(', ');
    return [{ what, ok: true, says: `PostgreSQL ${versions}, memory limits by ${first.memoryLimit}` }, ...lacks];
  } catch (error) {
    return [asLack(what)(error)];
  }
}

const asLack =
  (what: string) =>
  (error: unknown): Look => {
    if (!(error instanceof RehearsalError)) throw error;
    return { what, ok: false, says: error.message, remedy: error.remedy };
  };

/** What an engine that answers can do less than another; one that does not was named with its host. */
async function lookAtEngine(): Promise<readonly Look[]> {
  const engine = await openEngine().catch(() => undefined);
  if (engine === undefined) return [];
  const { facts, version } = engine;
  const says = `${version}, API ${facts.apiVersion}, cgroup v${facts.cgroupVersion ?? '1'}`;
  const lacks = lacksOfEngine(facts).map((lack) => ({ what: 'docker engine', ok: false, ...lack }));
  return [{ what: 'docker engine', ok: true, says }, ...lacks];
}

function lookAtClones(root: DataRoot): Look {
  return {
    what: 'copy-on-write',
    ok: root.method === 'reflink',
    says: root.says,
    remedy: 'put REHEARSAL_DATA on xfs or btrfs, or run as root with xfsprogs installed and without REHEARSAL_LOOP=off',
  };
}

async function factsOf(io: CommandIo, root: DataRoot): Promise<MachineFacts> {
  return {
    node: process.versions.node,
    npm: versionOf('npm'),
    openFilesMax: openFilesMax(),
    freeBytes: await root.freeBytes(),
    reserveBytes: diskLimits(io.env).reserveBytes,
    redis: await askRedis(io.env.REDIS_URL),
  };
}

async function askRedis(url: string | undefined): Promise<RedisFacts> {
  if (url === undefined || url === '') return { kind: 'not-named', version: versionOf('redis-server') };
  try {
    return { kind: 'answers', evictionPolicy: await askEvictionPolicy(url) };
  } catch (error) {
    return { kind: 'unreachable', why: error instanceof Error ? error.message : String(error) };
  }
}

function versionOf(program: string): string | undefined {
  const found = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return found.status === 0 ? found.stdout.trim() : undefined;
}

function openFilesMax(): number | undefined {
  try {
    const limit = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    // No /proc on this system.
    return undefined;
  }
}

function lookAtMachine(): Look {
  return { what: 'machine', ok: true, says: `${availableParallelism()} cores, ${formatBytes(totalmem())} memory` };
}
