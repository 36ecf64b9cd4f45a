/** Where a command writes and what it may read of its surroundings; tests give their own. */
export interface CommandIo {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Paths on the command line are relative to it. */
  readonly cwd: string;
  /** The process ends with the last code that was set. */
  readonly exit: (code: number) => void;
  /** Calls off what a command that asks a service waits for; absent: the process ends instead. */
  readonly signal?: AbortSignal;
}
