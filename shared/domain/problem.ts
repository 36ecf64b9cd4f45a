/** A refusal or failure as the outside reads it (exit codes 2 4 5 6, RFC 9457 problem documents). */
export interface Problem {
  /** Stable URI-reference of the kind, `/problems/<code>`. */
  readonly type: string;
  readonly title: string;
  /** Stable, lower-case words with dashes. */
  readonly code: string;
  readonly detail: string;
  readonly remedy: string;
  readonly problems: readonly ProblemPlace[];
}

export interface ProblemPlace {
  readonly file?: string;
  readonly line?: number;
  readonly key?: string;
  readonly message: string;
  readonly nearest?: string;
}

/** Whose fault it is decides the exit code and whether trying again can help. */
export type Fault = 'bundle' | 'policy' | 'machine' | 'deadline' | 'ours';

export class RehearsalError extends Error {
  readonly fault: Fault;
  readonly code: string;
  readonly remedy: string;
  readonly problems: readonly ProblemPlace[];

  constructor(
    fault: Fault,
    code: string,
    detail: string,
    remedy: string,
    options: { readonly problems?: readonly ProblemPlace[]; readonly cause?: unknown } = {},
  ) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'RehearsalError';
    this.fault = fault;
    this.code = code;
    this.remedy = remedy;
    this.problems = options.problems ?? [];
  }
}

/** Exit codes of the command line, by whose fault it is. */
export const exitCodeOf: Readonly<Record<Fault, number>> = { bundle: 2, policy: 6, machine: 4, deadline: 5, ours: 4 };

export function problemOf(error: RehearsalError): Problem {
  return {
    type: `/problems/${error.code}`,
    title: error.code.replaceAll('-', ' '),
    code: error.code,
    detail: error.message,
    remedy: error.remedy,
    problems: error.problems,
  };
}
