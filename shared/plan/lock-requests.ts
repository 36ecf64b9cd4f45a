import type { Request } from '../domain/holder.ts';
import { blocksWriters, type LockMode } from '../domain/lock.ts';
import type { RunResult } from '../domain/observation.ts';
import type { StatementObservation } from '../domain/statement.ts';
import { knownLocks, waitsForSnapshots } from './known-locks.ts';
import { wasThereFor } from './reached-states.ts';

/** A lock on a table that a statement of the quiet run is the first of its transaction to ask for. */
export interface LockRequest extends Request {
  readonly phase: string;
  readonly statement: StatementObservation;
  readonly relation: string;
}

/**
 * Requests for what only one session can have at a time. One that lets writers pass counts too, and does not hide a
 * stronger one that follows it. Only relations that were there when the phase began: nobody else can hold one that it
 * makes itself.
 */
export function lockRequests(control: RunResult, traced: RunResult | undefined): readonly LockRequest[] {
  const requests: LockRequest[] = [];
  for (const { phase, statements } of control.attempts) {
    const held = new Map<string, LockMode>();
    for (const statement of statements) {
      for (const { relation, mode } of knownLocks(phase, statement, traced)) {
        if (!isExclusive(mode)) continue;
        if (!wasThereFor(control, phase, relation)) continue;
        const once = `${statement.transaction ?? `alone ${statement.ordinal}`} ${relation}`;
        const earlier = held.get(once);
        if (earlier !== undefined && (blocksWriters(earlier) || !blocksWriters(mode))) continue;
        held.set(once, mode);
        const waits = waitsForSnapshots(phase, statement, traced);
        requests.push({ phase, statement, relation, mode, waitsForSnapshots: waits });
      }
    }
  }
  return requests;
}

/** SHARE UPDATE EXCLUSIVE is the weakest that stands in its own way. */
const isExclusive = (mode: LockMode): boolean => mode === 'ShareUpdateExclusiveLock' || blocksWriters(mode);
