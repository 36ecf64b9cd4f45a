/** What the engine's set-up says; `stop` and `pid` only where the daemon is ours. */
export function ensureDocker(options: { readonly install: boolean }): {
  readonly ok: boolean;
  readonly says: string;
  readonly stop?: () => void;
  readonly pid?: number;
};

/** Returns when it answers, or has ended. */
export function startDaemon(): { readonly pid: number; readonly log: () => string; readonly stop: () => void };

/** Undefined where no engine answers, or it refuses us. */
export function engineVersion(): string | undefined;
