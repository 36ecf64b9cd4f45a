import { createHash } from 'node:crypto';
import type { DatabaseState } from '../domain/schema.ts';

/** Equal for two states with equal schema and ledgers; row counts do not matter (CONTRACT "States"). */
export function stateFingerprint(state: DatabaseState): string {
  return createHash('sha256')
    .update(JSON.stringify([state.schema.objects, state.ledgers]))
    .digest('hex')
    .slice(0, 16);
}
