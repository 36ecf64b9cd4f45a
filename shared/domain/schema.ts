/**
 * What a database holds at one moment. Objects are plain records, so two databases are compared without knowing kinds;
 * the extractor (workers/probes) decides which attributes a kind has.
 */
export type SchemaObjectKind =
  | 'schema'
  | 'extension'
  | 'table'
  | 'column'
  | 'constraint'
  | 'index'
  | 'trigger'
  | 'policy'
  | 'rule'
  | 'sequence'
  | 'view'
  | 'function'
  | 'enum'
  | 'domain'
  | 'type'
  | 'grant'
  | 'statistics';

export interface SchemaObject {
  readonly kind: SchemaObjectKind;
  /** Qualified and unique within its kind: `public.alerts.seen_at`, `public.alerts_idx`, `public.f(integer)`. */
  readonly name: string;
  /** `schema.name` of the table or view it belongs to. */
  readonly relation?: string;
  readonly attributes: Readonly<Record<string, string | number | boolean | null>>;
}

export interface SchemaModel {
  /** Sorted by kind and name; ledger tables and their parts are included like any other. */
  readonly objects: readonly SchemaObject[];
}

export type SchemaDifference =
  | { readonly change: 'missing'; readonly object: SchemaObject }
  | { readonly change: 'extra'; readonly object: SchemaObject }
  | {
      readonly change: 'changed';
      readonly object: SchemaObject;
      readonly expected: SchemaObject;
      readonly attributes: readonly string[];
    };

/** A migration tool's own table of what it applied, recognised by shape or named in the manifest. */
export interface Ledger {
  readonly relation: string;
  /** `rehearsal`, `golang-migrate`, `rails`, … or `named` for one that only the manifest knows. */
  readonly tool: string;
  readonly entries: readonly LedgerEntry[];
}

export interface LedgerEntry {
  readonly version: string;
  readonly dirty: boolean;
}

/** A migration tool's row that says that one of it is at work. */
export interface HeldLedgerLock {
  readonly relation: string;
  /** What a person runs who knows that nobody is. */
  readonly releaseSql: string;
}

export interface RowCount {
  readonly relation: string;
  readonly rows: number;
  /** The server's own number of the table, by which it is known again after a renaming. */
  readonly oid?: number;
}

export interface DatabaseState {
  readonly schema: SchemaModel;
  readonly ledgers: readonly Ledger[];
  /** Absent: none. They do not make two states differ: whoever is at work holds his. */
  readonly heldLocks?: readonly HeldLedgerLock[];
  /** Exact counts of ordinary tables, sorted by relation. Large tables are counted exactly too, within a time limit. */
  readonly rowCounts: readonly RowCount[];
  /** Tables that could not be counted (locked, or out of time): nothing is known of their rows. Absent: none. */
  readonly uncounted?: readonly string[];
}
