import { Failure } from './failure.ts';

/** What the runner is told in REHEARSAL_SQL_RUN. */
export interface Orders {
  /** Absolute path of the bundle's root. */
  readonly root: string;
  /** Bundle-relative, in order. */
  readonly files: readonly string[];
  /** Table of applied files, or `none`. */
  readonly ledger: string;
  readonly transaction: 'per-file' | 'none';
}

/** The JSON in REHEARSAL_SQL_RUN, which goes on in REHEARSAL_SQL_RUN_2 and so forth. */
export function readOrders(env: Readonly<Record<string, string | undefined>>): Orders {
  let json = env.REHEARSAL_SQL_RUN ?? '';
  for (let part = 2; env[`REHEARSAL_SQL_RUN_${part}`] !== undefined; part += 1) {
    json += env[`REHEARSAL_SQL_RUN_${part}`];
  }
  const orders = parse(json);
  if (!isOrders(orders)) throw new Failure('REHEARSAL_SQL_RUN does not say what to run.');
  return orders;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new Failure('REHEARSAL_SQL_RUN is not JSON.', error);
  }
}

function isOrders(value: unknown): value is Orders {
  if (typeof value !== 'object' || value === null) return false;
  const { root, files, ledger, transaction } = value as Record<keyof Orders, unknown>;
  const namesFiles = Array.isArray(files) && files.every((file) => typeof file === 'string');
  const isMode = transaction === 'per-file' || transaction === 'none';
  return typeof root === 'string' && namesFiles && typeof ledger === 'string' && isMode;
}
