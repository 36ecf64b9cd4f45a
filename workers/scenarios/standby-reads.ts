import type { StandbyReads } from '../../shared/domain/standby.ts';
import type { SqlSession } from '../../shared/edge/ports/sql.ts';
import type { ScheduledRead } from '../load/read-on-schedule.ts';
import { resolveTable } from '../load/resolve-table.ts';
import { type Interval, overlapMs } from '../probes/intervals.ts';

export interface ReadTable {
  readonly relation: string;
  /** As statements must write it. */
  readonly quoted: string;
}

export async function tablesOf(session: SqlSession, relations: readonly string[]): Promise<readonly ReadTable[]> {
  const tables: ReadTable[] = [];
  for (const relation of relations) {
    const table = await resolveTable(session, relation);
    if (table !== null) tables.push({ relation, quoted: table.quoted });
  }
  return tables;
}

/** When somebody's read was seen waiting for a lock there, and when somebody else than the migration was in the way. */
export interface InTheWay {
  readonly locked: readonly Interval[];
  readonly excused: readonly Interval[];
}

/** What the reads met. One that took long where the server saw none wait for a lock met a busy machine. */
export function readsSeen(
  { planned, reads }: { readonly planned: number; readonly reads: readonly ScheduledRead[] },
  inTheWay: InTheWay,
): StandbyReads {
  const failedBySqlstate: Record<string, number> = {};
  for (const { sqlstate } of reads) {
    if (sqlstate !== undefined) failedBySqlstate[sqlstate] = (failedBySqlstate[sqlstate] ?? 0) + 1;
  }
  return { planned, done: reads.length, failedBySqlstate, ...longestWait(reads, inTheWay) };
}

/** Of all of them the one that was locked out longest. */
export function longestWait(
  reads: readonly ScheduledRead[],
  inTheWay: InTheWay,
): Pick<StandbyReads, 'waitedMsMax' | 'waitedOn'> {
  let waitedMsMax = 0;
  let waitedOn: string | undefined;
  for (const { relation, intendedMs, endedMs } of reads) {
    const waitedMs = lockedOutMs(inTheWay, intendedMs, endedMs);
    if (waitedMs <= waitedMsMax) continue;
    waitedMsMax = waitedMs;
    waitedOn = relation;
  }
  return { waitedMsMax: Math.round(waitedMsMax), ...(waitedOn === undefined ? {} : { waitedOn }) };
}

function lockedOutMs({ locked, excused }: InTheWay, fromMs: number, toMs: number): number {
  return locked.reduce((sum, lock) => {
    const [startMs, endMs] = [Math.max(fromMs, lock.fromMs), Math.min(toMs, lock.toMs)];
    return endMs <= startMs ? sum : sum + endMs - startMs - overlapMs(excused, startMs, endMs);
  }, 0);
}
