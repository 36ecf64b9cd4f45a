import { blocksWriters, type LockMode, type LockObservation, lockModes } from '../../shared/domain/lock.ts';
import type { TappedStatement } from '../../shared/edge/ports/tap.ts';
import type { BackendLook } from '../probes/look-at-backend.ts';

type Timed = Pick<TappedStatement, 'ordinal' | 'sentAtMs' | 'finishedAtMs'>;

interface OpenLock {
  readonly mode: LockMode;
  /** When the statement that took it was sent: a lock is asked for before the work that it is for. */
  readonly sinceMs: number;
  readonly ordinal: number;
  /** How long this session had been held up by us by then. */
  readonly brakedMs: number;
}

/** Locks of one session's open transaction, each told for the statement that took it. */
export class HeldLocks {
  readonly #open = new Map<string, OpenLock>();
  readonly #told: (ordinal: number, lock: LockObservation) => void;

  constructor(told: (ordinal: number, lock: LockObservation) => void) {
    this.#told = told;
  }

  /** `brakedMs`: how long the session has been held up by us so far. */
  take(statement: Timed, look: Pick<BackendLook, 'locks'>, brakedMs: number): void {
    for (const { relation, mode } of look.locks) {
      const known = this.#open.get(relation);
      if (known !== undefined && lockModes.indexOf(known.mode) >= lockModes.indexOf(mode)) continue;
      // The weaker one stays held below the stronger.
      if (known !== undefined) this.#tell(relation, known, 'held', statement.finishedAtMs, brakedMs);
      this.#open.set(relation, { mode, sinceMs: statement.sentAtMs, ordinal: statement.ordinal, brakedMs });
    }
  }

  /** The transaction is over, at `atMs`. */
  release(source: LockObservation['source'], atMs: number, brakedMs: number): void {
    for (const [relation, lock] of this.#open) this.#tell(relation, lock, source, atMs, brakedMs);
    this.#open.clear();
  }

  /** The statement that took the lock without which no table can be rewritten. */
  rewriterOf(relation: string): number | undefined {
    const lock = this.#open.get(relation);
    return lock?.mode === 'AccessExclusiveLock' ? lock.ordinal : undefined;
  }

  /** The statement whose lock keeps writers away from it. */
  keeperOf(relation: string): number | undefined {
    const lock = this.#open.get(relation);
    return lock !== undefined && blocksWriters(lock.mode) ? lock.ordinal : undefined;
  }

  /**
   * Without leaving its transaction something is built over rows only under what keeps writers away. VALIDATE lets them
   * pass, and what it has proved a later NOT NULL need not read: it has to be known by then.
   */
  get mayBuild(): boolean {
    return [...this.#open.values()].some(({ mode }) => mode === 'ShareUpdateExclusiveLock' || blocksWriters(mode));
  }

  #tell(relation: string, lock: OpenLock, source: LockObservation['source'], atMs: number, brakedMs: number): void {
    const heldMs = Math.max(0, atMs - lock.sinceMs - (brakedMs - lock.brakedMs));
    this.#told(lock.ordinal, { relation, mode: lock.mode, heldMs, source });
  }
}
