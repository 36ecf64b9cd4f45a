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
  let waitedMsMax = 0;
  let waitedOn: string | undefined;
  for (const { relation, intendedMs, endedMs, sqlstate } of reads) {
    if (sqlstate !== undefined) failedBySqlstate[sqlstate] = (failedBySqlstate[sqlstate] ?? 0) + 1;
    const waitedMs = lockedOutMs(inTheWay, intendedMs, endedMs);
    if (waitedMs <= waitedMsMax) continue;
    waitedMsMax = waitedMs;
    waitedOn = relation;
  }
  const most = { waitedMsMax: Math.round(waitedMsMax), ...(waitedOn === undefined ? {} : { waitedOn }) };
  return { planned, done: reads.length, failedBySqlstate, ...most };
}

function lockedOutMs({ locked, excused }: InTheWay, fromMs: number, toMs: number): number {
  return locked.reduce((sum, lock) => {
    const [startMs, endMs] = [Math.max(fromMs, lock.fromMs), Math.min(toMs, lock.toMs)];
    return endMs <= startMs ? sum : sum + endMs - startMs - overlapMs(excused, startMs, endMs);
  }, 0);
}
