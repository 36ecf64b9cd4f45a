import type { AppName } from './bundle.ts';

/** What is asked of one half of the pair: the same traffic through one version with its background processes. */
export interface SteadyAsk {
  /** `previous` lives on the untouched clone, `next` after the last phase. */
  readonly app: AppName;
  readonly durationMs: number;
  /** Probes that are asked again and again meanwhile, as real use. */
  readonly probes: readonly string[];
}

/** How a version lived with its traffic. Errors of the traffic itself are in the run's `load`. */
export interface SteadyObservation {
  readonly app: AppName;
  /** Absent: the bundle has no applications. */
  readonly ready?: boolean;
  readonly probes: readonly SteadyProbe[];
  /** The version itself first, then its background processes. */
  readonly processes: readonly SteadyProcess[];
  /** Most connections of all its processes at the same moment, and how many the server takes. */
  readonly connectionsMax: number;
  readonly connectionsAllowed: number;
}

export interface SteadyProbe {
  readonly name: string;
  readonly asked: number;
  readonly failed: number;
  /** Of the last one that failed, without values. */
  readonly detail?: string;
  readonly p95Ms: number;
}

export interface SteadyProcess {
  /** Name of the background process; absent: the version itself. */
  readonly worker?: string;
  /** Statements that its tap saw. */
  readonly statements: number;
  readonly sqlErrors: readonly SteadyError[];
  readonly shapes: readonly SteadyShape[];
  /** Exit code with which it ended before we asked it to. */
  readonly endedByItself?: number;
  readonly logTail: readonly string[];
}

export interface SteadyError {
  readonly sqlstate: string;
  readonly sql: string;
  readonly count: number;
  /** How long the slowest of them had run: who asks with NOWAIT is refused at once. */
  readonly maxMs: number;
}

/** All statements of one shape; times include what they waited for. */
export interface SteadyShape {
  readonly sql: string;
  readonly count: number;
  readonly p95Ms: number;
  readonly maxMs: number;
}
