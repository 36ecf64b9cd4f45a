/** A query that production runs, as it can be prepared: constants are parameters, so no value of a row is in it. */
export interface QueryShape {
  readonly sql: string;
  /** Of the parameters in order, as far as they are known: names, or `unknown` where the server is to infer it. */
  readonly types: readonly string[];
  /** What the session had set; absent: the role's own. */
  readonly searchPath?: string;
  /** `previous`: its tap saw it. `production`: only `pg_stat_statements` of the snapshot or the bundle's `queries` know it. */
  readonly from: 'previous' | 'production';
}

/** What previous sent on the untouched clone, and what production is known to run besides. */
export interface QueryShapes {
  readonly shapes: readonly QueryShape[];
  /** Shapes beyond a limit of the rehearsal, and texts too long to be kept. */
  readonly beyondLimit: number;
  readonly overlong: number;
  /** Commands by their first word, of those that no server can prepare (COPY, DECLARE …). */
  readonly unpreparable: readonly string[];
  /** Absent: nobody counted. */
  readonly unread?: UnreadQueries;
}

/** What `pg_stat_statements` of production did not show. */
export interface UnreadQueries {
  /** Entries without a text for the role that read it; not all of them need be queries. `all`: it may not read the view. */
  readonly hidden: number | 'all';
  /** How many times the least frequent entries were let go since they were last reset, in all databases together. */
  readonly evictions: number;
}

/** The shapes of a run, prepared on its clone before the first statement of the migration and on its state. */
export interface PreparedShapes {
  readonly tried: number;
  /** They prove nothing about the migration. */
  readonly failedBefore: readonly ShapeFailure[];
  /** Those that could be prepared before and cannot be any more. */
  readonly broken: readonly ShapeFailure[];
  /** Those whose generic plan costs more than before, in the planner's units; absent: nobody looked. */
  readonly dearer?: readonly ShapeCost[];
}

/** One of the shapes that the run prepares, by its place among them, from 0; older evidence repeated its text. */
export type OfShape = { readonly shape: number } | ShapeText;
export type ShapeText = Pick<QueryShape, 'sql' | 'from'>;

export type WithText<One extends OfShape> = One & ShapeText;

/** The same with the text of each query, wherever evidence has it. */
export interface PreparedQueries extends PreparedShapes {
  readonly failedBefore: readonly WithText<ShapeFailure>[];
  readonly broken: readonly WithText<ShapeFailure>[];
  readonly dearer?: readonly WithText<ShapeCost>[];
}

export type ShapeCost = OfShape & { readonly before: number; readonly now: number };

export type ShapeFailure = OfShape & Refusal;

export interface Refusal {
  readonly sqlstate: string;
  readonly message: string;
}
