export interface SqlErrorObservation {
  readonly sqlstate: string;
  readonly message: string;
  readonly sql: string;
  readonly count: number;
}

/** How a background process lived on a state; it must stay alive there. */
export interface WorkerObservation {
  readonly name: string;
  readonly statements: number;
  readonly sqlErrors: readonly SqlErrorObservation[];
  /** Exit code with which it ended before we asked it to. */
  readonly endedByItself?: number;
  readonly logTail: readonly string[];
}
