import type { Look } from './framer.ts';
import { limits } from './limits.ts';

/**
 * What is looked into of a client's messages: all but copied data. Bind's values are never gathered, only its names.
 */
export const lookAtClient: Look = (type) => {
  if (type === 'd') return undefined;
  return type === 'Q' || type === 'P' ? limits.sqlBytesMax : limits.headBytesMax;
};

/** What is looked into of a server's messages: all but rows, copied data and results of function calls. */
export const lookAtServer: Look = (type) => (passing.has(type) ? undefined : limits.headBytesMax);

const passing: ReadonlySet<string> = new Set(['D', 'd', 'V']);
