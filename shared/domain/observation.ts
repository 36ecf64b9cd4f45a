import type { AppName, NotTested } from './bundle.ts';
import type { StaticHint } from './hint.ts';
import type { HotpatchLook } from './hotpatch.ts';
import type { RunId } from './ids.ts';
import type { LoadObservation } from './load.ts';
import type { LockMode, LockWait } from './lock.ts';
import type { MixedObservation } from './mixed.ts';
import type { Observed } from './observed.ts';
import type { PreparedShapes, QueryShapes } from './query-shape.ts';
import type { RepairTrial, ValuesLost, WayBack } from './recovery.ts';
import type { RunSpec, StatePoint } from './run.ts';
import type { DatabaseState } from './schema.ts';
import type { SnapshotFacts } from './snapshot.ts';
import type { SqlErrorObservation, WorkerObservation } from './sql-error.ts';
import type { StandbyObservation } from './standby.ts';
import type { StatementObservation } from './statement.ts';
import type { SteadyObservation } from './steady.ts';

export type { SqlErrorObservation, WorkerObservation } from './sql-error.ts';

/** Everything that one run showed; the unit of work, of storage and of judgement. */
export interface RunResult {
  readonly spec: RunSpec;
  /** `failed`: the command of a phase ended other than 0. `not-run`: we could not do it; no evidence. */
  readonly outcome: 'completed' | 'failed' | 'not-run';
  readonly why?: string;
  readonly startedAt: string;
  readonly cloneMs: number;
  readonly cloneMethod: 'reflink' | 'copy';
  readonly durationMs: number;
  readonly attempts: readonly MigrationAttempt[];
  readonly before: Observed<DatabaseState>;
  /** Committed states in the order in which they were passed; the last is the end of the migration. */
  readonly states: readonly StateObservation[];
  readonly end: Observed<DatabaseState>;
  readonly lockWaits: readonly LockWait[];
  readonly fault?: FaultObservation;
  readonly aftermath?: Aftermath;
  /**
   * Where a phase was started twice at once: the start that did worse, the second where both ended alike. The other
   * one is among the attempts.
   */
  readonly otherStart?: MigrationAttempt;
  readonly load?: LoadObservation;
  /** Rollback runs: values that were there before the way back and are nowhere after it. */
  readonly valuesLost?: Observed<readonly ValuesLost[]>;
  readonly standby?: StandbyObservation;
  /** Of the runs that compare how versions live with their traffic. */
  readonly steady?: SteadyObservation;
  /** The quiet run's; absent: nobody looked. */
  readonly disk?: Observed<DiskUse>;
  readonly cells: readonly CellObservation[];
  /** Both versions at once on one database. */
  readonly mixed?: MixedObservation;
  readonly invariants: readonly InvariantObservation[];
  readonly serverLog: readonly ServerLogEntry[];
  /** Backends that the kernel or the watchdog killed for memory. */
  readonly backendsOomKilled: number;
  readonly weaknesses: readonly Weakness[];
}

/** What a run wrote to the server's disk. */
export interface DiskUse {
  /** Of the database before the first statement. */
  readonly databaseBytes: number;
  /** The most that it took up beyond that at one look, second copies of tables included. */
  readonly grownBytesMax: number;
  readonly walBytes: number;
  /** Of all temporary files together, whether or not they were there at the same time. */
  readonly tempBytes: number;
}

/** A reason to trust this run less; checks that need the named part become undetermined. */
export interface Weakness {
  readonly part: 'load' | 'locks' | 'schema' | 'cells' | 'migration' | 'standby';
  readonly because: string;
}

/** One start of the command of one phase. */
export interface MigrationAttempt {
  readonly phase: string;
  /** Starts of this phase's command in this run, from 1. */
  readonly attempt: number;
  readonly exitCode: number | null;
  readonly signal?: string;
  readonly oomKilled: boolean;
  readonly timedOut: boolean;
  /** Ended by us: its end proves nothing about the migration. */
  readonly killedByUs: boolean;
  readonly durationMs: number;
  readonly memoryPeakBytes?: number;
  readonly memoryLimitBytes?: number;
  /** Bytes in use over the run's time; absent where nobody can look, or nobody did. */
  readonly memory?: import('./series.ts').SteppedMaxima;
  readonly statements: readonly StatementObservation[];
  /** Last lines of its output, row values removed. */
  readonly outputTail: readonly string[];
  /** The first of its lines that say that they are errors, row values removed; absent: none, or nobody looked. */
  readonly errorLines?: readonly string[];
}

export interface StateObservation {
  readonly point: StatePoint;
  readonly state: Observed<DatabaseState>;
}

export type FaultKind = 'lock' | 'kill-command' | 'kill-backend' | 'kill-server' | 'cut-connection' | 'out-of-memory';

export interface FaultObservation {
  readonly kind: FaultKind;
  readonly phase: string;
  readonly ordinal: number;
  readonly moment: 'before' | 'during' | 'after';
  readonly mode?: LockMode;
  readonly relation?: string;
  /** For an actor's lock: how long it was held, and whether the statement really met it. */
  readonly heldMs?: number;
  /** When the actor had it, in ms from the run's start. */
  readonly heldFromMs?: number;
  readonly met: boolean;
  /** Process that was killed; where the command was left alive, its process. */
  readonly pid?: number;
  /** The server's process that the command talked to at that moment. */
  readonly backendPid?: number;
  /** The committed change at whose statement it happened. */
  readonly boundary?: number;
  /** The transaction that was open or had just ended, and what `pg_xact_status` said of it afterwards. */
  readonly transaction?: { readonly id: string; readonly status: string | null };
}

/** What a run left behind, looked at when its end differs from the control run's or its command did not end well. */
export interface Aftermath {
  readonly previousStarts: Observed<boolean>;
  readonly nextStarts: Observed<boolean>;
  readonly cells: readonly CellObservation[];
  readonly retry?: RetryObservation;
  /** SQL that was tried where the retry did not help. */
  readonly repairs?: Observed<readonly RepairTrial[]>;
  /** The declared rollback from here, where nothing else helped. */
  readonly wayBack?: WayBack;
}

export interface RetryObservation {
  readonly attempts: readonly MigrationAttempt[];
  readonly end: Observed<DatabaseState>;
}

/** One version asked at one state. */
export interface CellObservation {
  readonly app: AppName;
  readonly boot: 'running' | 'fresh';
  readonly point: StatePoint;
  /** Set when the state was reached in another run than the control run. */
  readonly inRun?: RunId;
  readonly started: Observed<boolean>;
  readonly probes: readonly ProbeObservation[];
  /** The same probes asked once more, where the run asks twice. */
  readonly again?: readonly ProbeObservation[];
  readonly sqlErrors: readonly SqlErrorObservation[];
  /** Shapes of the statements with which it changed rows; absent: nobody looked. */
  readonly writes?: readonly string[];
  /** Exit code with which it ended before we asked it to, though it had been ready; absent: it was alive to the end. */
  readonly endedByItself?: number;
  /** Its background processes; absent: it has none, or it did not start. */
  readonly workers?: readonly WorkerObservation[];
  /** Statements that the tap saw this application send; 0: it proves nothing about the database. */
  readonly statements: number;
  /** The process that answered; null: none could be started. */
  readonly process: { readonly pid: number; readonly startedAt: string } | null;
  readonly accessLog: readonly string[];
  readonly logTail: readonly string[];
  /** Shape of the state, to prove that it is the one that was meant; equal strings are equal schema and ledger. */
  readonly stateFingerprint: Observed<string>;
  /** The baseline: the queries that it sent and that production is known to run; absent: nobody looked. */
  readonly shapes?: Observed<QueryShapes>;
  /** Whether these can be prepared here; absent: nobody looked. */
  readonly prepared?: Observed<PreparedShapes>;
}

export interface ProbeObservation {
  readonly name: string;
  readonly outcome: 'pass' | 'fail' | 'not-run';
  /** Status, or what differed, without values. */
  readonly detail: string;
}

export interface InvariantObservation {
  readonly name: string;
  readonly point: StatePoint;
  readonly holds: Observed<boolean>;
}

export interface ServerLogEntry {
  readonly atMs: number;
  readonly severity: string;
  readonly sqlstate: string;
  /** Quoted values removed. */
  readonly message: string;
  readonly applicationName: string;
  readonly pid: number;
}

/** All that was seen in one rehearsal, as plain JSON: `judge` needs nothing else. */
export interface Evidence {
  readonly evidenceVersion: 1;
  readonly rehearsalId: string;
  readonly seed: number;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly bundle: import('./bundle.ts').Bundle;
  readonly rules: import('./rules.ts').Rules;
  readonly snapshot: SnapshotFacts;
  readonly host: HostFacts;
  /** Every run that was planned; those without a result did not happen. */
  readonly planned: readonly RunSpec[];
  readonly runs: readonly RunResult[];
  readonly notTested: readonly NotTested[];
  /** Scenarios that the caller left out (`--only`). */
  readonly leftOut: readonly import('./run.ts').Scenario[];
  /** The declared hot patches as they were looked for in next; absent: none is declared, or nobody looked. */
  readonly hotpatches?: readonly HotpatchLook[];
  /** Those that the versions ran in; absent: they have none, or the host knows none. */
  readonly images?: readonly import('./image.ts').VersionImage[];
  /** What a linter said of the phases' SQL files; absent: none was asked. */
  readonly staticHints?: Observed<readonly StaticHint[]>;
  /** Waivers that people gave at the service before this was judged; absent: none, or there was no service. */
  readonly accepted?: readonly import('./accepted-waiver.ts').AcceptedWaiver[];
}

export interface HostFacts {
  readonly kind: 'docker' | 'process';
  readonly postgres: string;
  readonly memoryLimit: 'cgroup' | 'watchdog' | 'none';
  readonly cpus: number;
  readonly memoryBytes: number;
  /**
   * Process host: whether the bundle's commands are kept apart from the server's files and ours by a user of their own.
   */
  readonly commandsRunAs?: 'own-user' | 'same-user';
}
