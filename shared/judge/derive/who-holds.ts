import type { AppName } from '../../domain/bundle.ts';
import { type Holder, holders } from '../../domain/holder.ts';
import type { LockParty } from '../../domain/lock.ts';
import type { RunResult } from '../../domain/observation.ts';
import { namesAsWritten } from './names-table.ts';

const words: Readonly<Record<Holder, string>> = {
  'open-write': 'another open transaction',
  'idle-read': 'a reader that is idle in its transaction',
  'long-read': 'a long read',
  'pg-dump': 'a dump of the database',
  vacuum: 'a VACUUM that does not yield',
  'index-build': 'another index build',
};

/** Who it is in the reader's words: what our actors stand for, and the names that others gave themselves. */
export function partyWords({ role, applicationName }: LockParty): string {
  if (role === 'actor') return words[holders.find((holder) => applicationName.endsWith(` ${holder}`)) ?? 'open-write'];
  if (role === 'previous' || role === 'next') return applicationName === '' ? `the ${role} version` : applicationName;
  if (role === 'traffic') return 'a transaction of the traffic';
  return applicationName === '' ? 'another session' : applicationName;
}

/** Versions that were seen to write this table while they were asked their probes: whom to pause meanwhile. */
export function writersOf(relation: string, runs: readonly RunResult[]): readonly AppName[] {
  const cells = runs.flatMap((run) => run.cells);
  return (['previous', 'next'] as const).filter((app) =>
    cells.some((cell) => cell.app === app && cell.writes?.some((sql) => namesAsWritten(sql, relation))),
  );
}
