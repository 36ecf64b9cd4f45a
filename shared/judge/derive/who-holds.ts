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
  'row-write': 'another open transaction that has written the same rows',
};

/** Who it is in the reader's words: what our actors stand for, and the names that others gave themselves. */
export function partyWords({ role, applicationName }: LockParty): string {
  if (role === 'actor') return words[holders.find((holder) => applicationName.endsWith(` ${holder}`)) ?? 'open-write'];
  if (role === 'previous' || role === 'next') return applicationName === '' ? `the ${role} version` : applicationName;
  if (role === 'traffic') return 'a transaction of the traffic';
  return applicationName === '' ? 'another session' : applicationName;
}

/**
 * Whom to pause meanwhile: versions that were seen to write this table while they were asked their probes, and their
 * background processes, as they lived with the traffic.
 */
export function writersOf(relation: string, runs: readonly RunResult[]): readonly string[] {
  return (['previous', 'next'] as const).flatMap((app) => {
    const cells = runs.flatMap((run) => run.cells).filter((cell) => cell.app === app);
    const isWriter = cells.some(({ writes }) => writes?.some((sql) => namesAsWritten(sql, relation)));
    const workers = runs
      .flatMap(({ steady }) => (steady?.app === app ? steady.processes : []))
      .filter(({ shapes }) => shapes.some(({ sql }) => namesAsWritten(sql, relation)))
      .flatMap(({ worker }) => (worker === undefined ? [] : [workerWords(worker, app)]));
    return [...(isWriter ? [app] : []), ...new Set(workers)];
  });
}

export const workerWords = (worker: string, app: string): string => `the background process “${worker}” of ${app}`;
