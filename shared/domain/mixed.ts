import type { AppName } from './bundle.ts';
import type { ColumnCensus } from './census.ts';
import type { ProbeObservation, SqlErrorObservation } from './observation.ts';
import type { Observed } from './observed.ts';
import type { StatePoint } from './run.ts';

/** Both versions at once on one database, and what each answered after the other had written. */
export interface MixedObservation {
  readonly point: StatePoint;
  /** Shape of the state before next was started; equal strings are equal schema and ledger. */
  readonly stateFingerprint: Observed<string>;
  /** Versions that did not become ready there. */
  readonly notStarted: readonly AppName[];
  /** previous, next, previous, next: each turn asks every probe of its version, those that write included. */
  readonly turns: readonly MixedTurn[];
  /**
   * Each version asked twice on a clone that it has for itself: what fails there too is not the other's doing. Absent:
   * no turn needed an explanation.
   */
  readonly alone?: Observed<readonly MixedTurn[]>;
  /** Text columns that hold few different values; absent: another run counts. */
  readonly census?: Observed<readonly ColumnCensus[]>;
}

export interface MixedTurn {
  readonly app: AppName;
  readonly probes: readonly ProbeObservation[];
  /** Since the turn began. */
  readonly sqlErrors: readonly SqlErrorObservation[];
  /** Shapes of the statements with which it changed rows. */
  readonly writes: readonly string[];
  /** Statements that its tap saw; 0: it proves nothing about the database. */
  readonly statements: number;
}
