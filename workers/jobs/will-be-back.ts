import { RehearsalError } from '../../shared/domain/problem.ts';

/** Without the store nothing can be written down, and without its archive nothing can be rehearsed. */
const codes: ReadonlySet<string> = new Set(['store-unreachable', 'artifacts-unreachable']);

/** What is not there for a while is waited for: nothing is given up, and the rehearsal is found again. */
export const willBeBack = (error: unknown): boolean => error instanceof RehearsalError && codes.has(error.code);
