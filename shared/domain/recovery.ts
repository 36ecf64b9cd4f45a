import type { CellObservation, MigrationAttempt } from './observation.ts';
import type { Observed } from './observed.ts';
import type { DatabaseState } from './schema.ts';

/** SQL that was drafted for the state in which a run was left, and what came of it on a fork of that state. */
export interface RepairTrial {
  readonly statements: readonly string[];
  readonly draftedBy: string;
  /** The statement that the server did not take, from 1; absent: it took all of them. */
  readonly refused?: { readonly statement: number; readonly sqlstate: string; readonly message: string };
  /** The command, run again after it from the phase that was interrupted; absent: the statements were to do alone. */
  readonly again?: readonly MigrationAttempt[];
  readonly end: Observed<DatabaseState>;
  /** The version that has to live there, freshly started on the result; absent: it was not asked. */
  readonly cell?: CellObservation;
}

/** The declared rollback, walked from the state in which a run was left. */
export interface WayBack {
  readonly attempt: MigrationAttempt;
  readonly end: Observed<DatabaseState>;
  /** Previous, freshly started on what it leads back to. */
  readonly cell?: CellObservation;
  readonly valuesLost: Observed<readonly ValuesLost[]>;
}

/** A column that is gone with what it held; its table is still there. */
export interface ValuesLost {
  readonly relation: string;
  readonly column: string;
  /** Rows in which it held something else than its default. */
  readonly values: number;
}
