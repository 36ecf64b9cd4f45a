import { readFileSync, readlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** A process that cannot be mistaken for a later one with the same pid. */
export interface OwnerProcess {
  readonly pid: number;
  /** Start time in clock ticks since boot (`/proc/<pid>/stat`); empty where there is no /proc. */
  readonly startTime: string;
  /** Boot and pid namespace in which the pid means something. */
  readonly realm: string;
}

export function thisProcess(): OwnerProcess {
  return { pid: process.pid, startTime: startTimeOf(process.pid) ?? '', realm: realm() };
}

/**
 * A process of another realm (another container on the same disk) cannot be looked at and counts as alive until it
 * expires.
 */
export function isAlive(owner: OwnerProcess): boolean {
  if (owner.realm !== realm()) return sameBoot(owner.realm);
  const started = startTimeOf(owner.pid);
  if (started !== undefined) return started === owner.startTime;
  return owner.startTime === '' && answersSignals(owner.pid);
}

/** Undefined where there is no such process, or no /proc. */
export function startTimeOf(pid: number): string | undefined {
  try {
    return statFields(readFileSync(`/proc/${pid}/stat`, 'latin1')).startTime;
  } catch {
    return undefined;
  }
}

export interface ProcessStat {
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  readonly startTime: string;
}

/** The command's name may hold spaces and parentheses, so fields count from the last `)`. Source: proc(5). */
export function statFields(stat: string): ProcessStat {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    state: fields[0] ?? '',
    parent: Number(fields[1]),
    group: Number(fields[2]),
    session: Number(fields[3]),
    startTime: fields[19] ?? '',
  };
}

export async function readOwnerProcess(file: string): Promise<OwnerProcess | undefined> {
  try {
    const read: unknown = JSON.parse(await readFile(file, 'utf8'));
    return isOwnerProcess(read) ? read : undefined;
  } catch {
    // Half-written or removed in between: whoever wrote it is not known, which callers treat as nobody.
    return undefined;
  }
}

export function isOwnerProcess(value: unknown): value is OwnerProcess {
  if (typeof value !== 'object' || value === null) return false;
  return 'pid' in value && Number.isInteger(value.pid) && 'startTime' in value && 'realm' in value;
}

function realm(): string {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return process.platform;
  }
}

function sameBoot(other: string): boolean {
  return other.split(' ')[0] === realm().split(' ')[0];
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
