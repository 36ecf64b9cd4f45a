import { type LockMode, lockConflict } from './lock.ts';

/** Who may be in a migration's way, by what a session does. */
export const tableHolders = ['open-write', 'idle-read', 'long-read', 'pg-dump', 'vacuum', 'index-build'] as const;
export type TableHolder = (typeof tableHolders)[number];

/** … and who is in the way of single rows only: a writer in its transaction that has just these. */
export const holders = [...tableHolders, 'row-write'] as const;
export type Holder = (typeof holders)[number];

export interface HolderTraits {
  /** The strongest lock that it has on the table. */
  readonly holds: LockMode;
  /** An old view of all rows stays open with it: concurrent index builds wait for that, whatever it locks. */
  readonly keepsSnapshot: boolean;
}

export const holderTraits: Readonly<Record<Holder, HolderTraits>> = {
  /** Idle after its write, in the isolation that is the default: what others write to its row does not end it. */
  'open-write': { holds: 'RowExclusiveLock', keepsSnapshot: false },
  'idle-read': { holds: 'AccessShareLock', keepsSnapshot: false },
  'long-read': { holds: 'AccessShareLock', keepsSnapshot: true },
  'pg-dump': { holds: 'AccessShareLock', keepsSnapshot: true },
  /** Of other sessions' views nobody waits for a VACUUM's. It does not yield, as one against wraparound does not. */
  vacuum: { holds: 'ShareUpdateExclusiveLock', keepsSnapshot: false },
  'index-build': { holds: 'ShareLock', keepsSnapshot: true },
  /** Its locks are on rows; what it has on the table is in nobody's way who writes rows. */
  'row-write': { holds: 'RowShareLock', keepsSnapshot: false },
};

/** What a statement of the migration needs. */
export interface Request {
  readonly mode: LockMode;
  readonly waitsForSnapshots: boolean;
}

/** Why the statement has to wait for this holder; undefined: it passes. */
export function obstacle(request: Request, holder: TableHolder): 'lock' | 'snapshot' | undefined {
  const { holds, keepsSnapshot } = holderTraits[holder];
  if (lockConflict(request.mode, holds)) return 'lock';
  // A build that lets writers pass waits for those of its table too: what they write must come into the index.
  const isWaitedFor = keepsSnapshot || lockConflict('ShareLock', holds);
  return request.waitsForSnapshots && isWaitedFor ? 'snapshot' : undefined;
}
