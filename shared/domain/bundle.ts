import type { HotpatchLook } from './hotpatch.ts';
import type { Digest } from './ids.ts';

/** CONTRACT 1: a snapshot that a bundle brings as SQL is built with it where the manifest names no other. */
export const sqlSnapshotMajor = 17;

/** Of a service, a version or an environment: whatever is submitted, the gate can be asked about. */
export const nameCharsMax = 500;

/** A manifest with every default filled in: durations in ms, sizes in bytes, rates a second, file patterns resolved. */
export interface Manifest {
  readonly service: string;
  readonly version: string;
  readonly previous: string;
  readonly environment: string;
  /** Others that the bundle may be rehearsed for, each with the schema that it starts from. */
  readonly environments?: Readonly<Record<string, { readonly snapshot: SnapshotSource }>>;
  readonly owners: readonly string[];
  readonly snapshot: SnapshotSource;
  readonly roles?: { readonly migrate?: string; readonly apps?: string };
  readonly postgres: PostgresChoice;
  readonly overlap: Overlap;
  readonly phases: readonly Phase[];
  readonly rollback?: Phase;
  /** `none` is the manifest's `apps: none`. */
  readonly apps: 'none' | { readonly previous: App; readonly next: App };
  readonly probes: readonly Probe[];
  readonly load: Load;
  /** 0: not looked at. */
  readonly steadyMs: number;
  /** Files with the queries that production is known to run; absent: none are given. */
  readonly queries?: readonly string[];
  readonly invariants: readonly Invariant[];
  readonly hotpatches: readonly Hotpatch[];
  readonly budgets: Budgets;
  readonly waivers: readonly ManifestWaiver[];
}

export type SnapshotSource =
  | { readonly kind: 'registered'; readonly name: string; readonly version?: string }
  | { readonly kind: 'sql'; readonly files: readonly string[] };

export interface PostgresChoice {
  /** Absent: the snapshot's major, `sqlSnapshotMajor` for SQL snapshots. */
  readonly major?: number;
  readonly image?: string;
  readonly settings: Readonly<Record<string, string>>;
}

export const overlaps = ['rolling', 'canary', 'code-first', 'stop-the-world'] as const;
export type Overlap = (typeof overlaps)[number];
export type AppName = 'previous' | 'next';

/** One migration step of the deployment; the rollback has the same shape and the name `rollback`. */
export interface Phase {
  readonly name: string;
  readonly when: 'before-rollout' | 'after-rollout';
  readonly run: PhaseRun;
  /** Directory inside the bundle, relative, `.` for its root. */
  readonly dir: string;
  readonly image?: string;
  readonly deletes: readonly string[];
  /** Files and directories of the bundle that its process may write, each time in a copy of its own; absent: none. */
  readonly writable?: readonly string[];
  readonly memoryBytes?: number;
  readonly timeoutMs: number;
  readonly env: Readonly<Record<string, string>>;
}

export type PhaseRun =
  | { readonly kind: 'command'; readonly command: readonly string[] }
  /** An image whose own entrypoint migrates. */
  | { readonly kind: 'image' }
  | {
      readonly kind: 'sql';
      /** Bundle-relative paths in the order in which they are applied. */
      readonly files: readonly string[];
      readonly ledger: string | 'none';
      readonly transaction: 'per-file' | 'none';
    };

export interface App {
  readonly dir: string;
  /** Absent: the image's own entrypoint. */
  readonly command?: readonly string[];
  readonly image?: string;
  readonly env: Readonly<Record<string, string>>;
  /** Path that answers 2xx when started; absent: the port accepts. */
  readonly ready?: string;
  readonly startTimeoutMs: number;
  /** Files and directories of the bundle that its process may write, each time in a copy of its own; absent: none. */
  readonly writable?: readonly string[];
  readonly memoryBytes?: number;
  readonly workers: readonly AppWorker[];
}

export interface AppWorker {
  readonly name: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface Probe {
  readonly name: string;
  readonly for: readonly AppName[];
  readonly writes: boolean;
  readonly ask: ProbeAsk;
}

export type ProbeAsk =
  | { readonly kind: 'http'; readonly steps: readonly ProbeStep[] }
  | { readonly kind: 'command'; readonly command: readonly string[]; readonly dir: string };

export interface ProbeStep {
  readonly request: ProbeRequest;
  readonly expect: ProbeExpectation;
  /** Name → `json.a.b` or `header.name`. */
  readonly save: Readonly<Record<string, string>>;
}

export interface ProbeRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly body?: string;
}

export interface ProbeExpectation {
  /** Absent: any 2xx. */
  readonly status?: readonly number[];
  readonly json?: unknown;
  readonly text?: string;
}

export interface Load {
  readonly ratePerSecond: number;
  readonly durationMs: number;
  readonly holdMs: number;
  readonly statements: readonly LoadStatement[];
  readonly actors: readonly LoadActor[];
  /** What the manifest does not say, so that production's own figures hold where the snapshot has them. */
  readonly leftOpen?: readonly ('ratePerSecond' | 'holdMs')[];
}

export type LoadActor = 'idle-in-transaction' | 'long-read' | 'pg-dump' | 'vacuum';

export interface LoadStatement {
  readonly weight: number;
  readonly for: AppName | 'both';
  readonly sql: string;
}

export interface Invariant {
  readonly name: string;
  readonly sql: string;
  readonly expect: { readonly kind: 'is'; readonly value: string } | { readonly kind: 'same' };
  /** Phase name; absent: after each phase. */
  readonly after?: string;
}

export interface Hotpatch {
  readonly path: string;
  readonly sha256: string;
  readonly why: string;
}

export interface Budgets {
  readonly blockedMs: number;
  readonly slowMs: number;
  readonly failedTransactions: number;
  readonly migrationMs: number;
  readonly replicaLagMs: number;
}

export interface ManifestWaiver {
  readonly check: string;
  readonly relation?: string;
  readonly phase?: string;
  readonly app?: AppName;
  readonly by: string;
  readonly reason: string;
  /** Calendar day (YYYY-MM-DD), valid to its end in UTC. */
  readonly until: string;
}

/** A file or link of a bundle; `path` is relative with `/`. */
export interface BundleFile {
  readonly path: string;
  readonly kind: 'file' | 'executable' | 'link';
  readonly sizeBytes: number;
}

export interface Bundle {
  readonly digest: Digest;
  readonly manifest: Manifest;
  readonly files: readonly BundleFile[];
  /** Statements of every `sql` file of phases and rollback, so that findings can name file and line. */
  readonly statements: readonly SourceStatement[];
  /** What the files of `queries` hold, constants removed; absent: none are given. */
  readonly queries?: readonly string[];
  /** What the manifest asks for and this version does not look at. */
  readonly notTested: readonly NotTested[];
  /** Where the declared hot patches were looked for and what lies there; absent: none is declared. */
  readonly hotpatches?: readonly HotpatchLook[];
  /** Digests of each version's directory, by the rule of the bundle digest; null without an application. */
  readonly appDigests: { readonly previous: Digest | null; readonly next: Digest | null };
}

/** One statement of a file as PostgreSQL's grammar splits it. */
export interface SourceStatement {
  readonly file: string;
  /** 1-based line of the first token. */
  readonly line: number;
  /** Line of its last token, where it is known. */
  readonly endLine?: number;
  /** The statement's text without its terminator, trimmed. */
  readonly sql: string;
}

export interface NotTested {
  readonly what: string;
  readonly because: string;
}
