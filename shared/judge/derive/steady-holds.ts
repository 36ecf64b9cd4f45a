import type { LockParty } from '../../domain/lock.ts';
import type { RunResult } from '../../domain/observation.ts';
import { namesAsWritten } from './names-table.ts';
import { partyWords, workerWords } from './who-holds.ts';

/** What a process of a version kept the traffic waiting for. */
export interface SteadyHold {
  /** In the reader's words. */
  readonly who: string;
  readonly worker?: string;
  readonly relation: string;
  readonly waits: number;
  readonly waitedMsMax: number;
  /** The shape with which it wrote the relation, the slowest of several. */
  readonly statement?: string;
}

/** Who had what others of the version and the traffic waited for, the most waited for first. */
export function holdsOf(run: RunResult): readonly SteadyHold[] {
  const waited = run.lockWaits.flatMap(({ blockers, relation, waitedMs }) => {
    const holder = blockers.find(({ role }) => role === 'previous' || role === 'next');
    return holder === undefined || relation === '' ? [] : [{ holder, relation, waitedMs }];
  });
  const groups = Map.groupBy(waited, ({ holder, relation }) => `${nameOf(holder)} ${relation}`);
  return [...groups.values()]
    .flatMap((group) => {
      const [first] = group;
      if (first === undefined) return [];
      const { holder, relation } = first;
      const statement = writerOf(run, holder.worker, relation);
      return [
        {
          who: nameOf(holder),
          ...(holder.worker === undefined ? {} : { worker: holder.worker }),
          relation,
          waits: group.length,
          waitedMsMax: Math.max(...group.map(({ waitedMs }) => waitedMs)),
          ...(statement === undefined ? {} : { statement }),
        },
      ];
    })
    .toSorted((left, right) => right.waits - left.waits || (left.relation < right.relation ? -1 : 1));
}

const nameOf = (party: LockParty): string =>
  party.worker === undefined ? partyWords(party) : workerWords(party.worker, party.role);

function writerOf({ steady }: RunResult, worker: string | undefined, relation: string): string | undefined {
  const process = steady?.processes.find((candidate) => candidate.worker === worker);
  return process?.shapes.find(({ sql }) => namesAsWritten(sql, relation))?.sql;
}
