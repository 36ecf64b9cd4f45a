import { spawnSync } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { Command } from 'commander';
import { RehearsalError } from '../../shared/domain/problem.ts';
import { pgSql } from '../../shared/edge/adapters/pg-sql.ts';
import { systemClock } from '../../shared/edge/adapters/system-clock.ts';
import { formatBytes } from '../../shared/report/words.ts';
import { chooseHost, type HostChoice } from '../hosts/choose-host.ts';
import { type DataRoot, defaultDataRoot, openDataRoot } from '../hosts/data-root.ts';
import type { CommandIo } from './io.ts';

interface Look {
  readonly what: string;
  readonly ok: boolean;
  readonly says: string;
  readonly remedy?: string;
}

/** `rehearse doctor`: what this machine can do, and the remedy for each lack; 4 where no clone host works. */
export function doctorCommand(io: CommandIo): Command {
  return new Command('doctor').description('what this machine can do').action(async () => {
    const root = await openDataRoot(defaultDataRoot(io.env));
    try {
      const hosts = [await lookAtHost('process', root), await lookAtHost('docker', root)];
      const looks = [...hosts, lookAtClones(root), await lookAtDisk(root), lookAtRedis(), lookAtMachine()];
      for (const { what, ok, says, remedy } of looks) {
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

async function lookAtHost(kind: Exclude<HostChoice, 'auto'>, dataRoot: DataRoot): Promise<Look> {
  try {
    const host = await chooseHost(kind, { dataRoot, sql: pgSql, clock: systemClock });
    const facts = await host.facts(17);
    return {
      what: `${kind} host`,
      ok: true,
      says: `PostgreSQL ${facts.postgres}, memory limits by ${facts.memoryLimit}`,
    };
  } catch (error) {
    if (!(error instanceof RehearsalError)) throw error;
    return { what: `${kind} host`, ok: false, says: error.message, remedy: error.remedy };
  }
}

function lookAtClones(root: DataRoot): Look {
  return root.method === 'reflink'
    ? { what: 'copy-on-write', ok: true, says: `reflink copies below ${root.dir}` }
    : {
        what: 'copy-on-write',
        ok: false,
        says: `full copies below ${root.dir}: slow, and each clone takes its whole size`,
        remedy: 'put REHEARSAL_DATA on xfs or btrfs, or run as root with xfsprogs installed',
      };
}

async function lookAtDisk(root: DataRoot): Promise<Look> {
  const { bavail, bsize } = await statfs(root.dir);
  const free = bavail * bsize;
  return {
    what: 'disk',
    ok: free > 5 * 2 ** 30,
    says: `${formatBytes(free)} free`,
    remedy: 'free some, or move REHEARSAL_DATA',
  };
}

function lookAtRedis(): Look {
  const found = spawnSync('redis-server', ['--version'], { encoding: 'utf8' });
  return found.status === 0
    ? { what: 'redis', ok: true, says: found.stdout.trim() }
    : {
        what: 'redis',
        ok: false,
        says: 'not here',
        remedy: 'only a team deployment needs it: apt-get install redis-server',
      };
}

function lookAtMachine(): Look {
  return { what: 'machine', ok: true, says: `${availableParallelism()} cores, ${formatBytes(totalmem())} memory` };
}
