import { blocksWriters } from '../domain/lock.ts';
import type { RunResult } from '../domain/observation.ts';
import type { StatementObservation, TouchedRows } from '../domain/statement.ts';
import { knownLocks } from './known-locks.ts';
import { trafficTargets } from './plan-traffic.ts';
import { isTable } from './reached-states.ts';

/** Rows of a table that was there before which a statement of the quiet run is the first of its transaction to write. */
export interface RowRequest {
  readonly phase: string;
  readonly statement: StatementObservation;
  readonly relation: string;
  readonly fromPage: number;
  /** Tables that its transaction keeps from writers by then: whoever uses them waits with it. */
  readonly alsoHeld: readonly string[];
}

/**
 * One for each table and shape of a statement: a batch job sends the same one a thousand times. Where the transaction
 * has the table to itself by then, nobody else can have its rows, and whoever is in the way of that is tried already.
 */
export function rowRequests(control: RunResult, traced: RunResult | undefined): readonly RowRequest[] {
  const { before, end } = control;
  if (!before.seen || !end.seen) return [];
  const ledgers = new Set([...before.value.ledgers, ...end.value.ledgers].map(({ relation }) => relation));
  const isOthers = (relation: string) => isTable(before.value, relation) && !ledgers.has(relation);
  const told = new Set<string>();
  return control.attempts.flatMap(({ phase, statements }) => {
    const mine = new Map<string, Set<string>>();
    return statements.flatMap((statement) => {
      const transaction = `${statement.transaction ?? `alone ${statement.ordinal}`}`;
      const held = mine.get(transaction) ?? new Set();
      mine.set(transaction, held);
      for (const { relation, mode } of knownLocks(phase, statement, traced))
        if (blocksWriters(mode)) held.add(relation);
      return touchedBy(statement)
        .filter(({ relation }) => isOthers(relation) && !held.has(relation))
        .flatMap(({ relation, fromPage }): readonly RowRequest[] => {
          const alsoHeld = [...held].filter(isOthers);
          held.add(relation);
          const shape = `${phase} ${relation} ${statement.sql}`;
          if (told.has(shape)) return [];
          told.add(shape);
          return [{ phase, statement, relation, fromPage, alsoHeld }];
        });
    });
  });
}

const touchedBy = ({ touched }: StatementObservation): readonly TouchedRows[] => (touched?.seen ? touched.value : []);

/** Which rows a phase writes is only in the WAL; where that could not be read, nobody could be put in their way. */
export function unseenRows(control: RunResult, traced: RunResult | undefined): readonly UnseenRows[] {
  const targets = new Set(trafficTargets(control, traced).map(({ relation }) => relation));
  const seen = control.attempts.flatMap(({ phase, statements }) =>
    statements.flatMap((statement) => {
      const { touched } = statement;
      if (touched === undefined || touched.seen) return [];
      return knownLocks(phase, statement, traced)
        .filter(({ relation, mode }) => mode === 'RowExclusiveLock' && targets.has(relation))
        .map(({ relation }) => ({ phase, relation, why: touched.why }));
    }),
  );
  return seen.filter(
    ({ phase, relation }, at) => at === seen.findIndex((one) => one.phase === phase && one.relation === relation),
  );
}

export interface UnseenRows {
  readonly phase: string;
  readonly relation: string;
  readonly why: string;
}
