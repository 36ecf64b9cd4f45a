import { createHash } from 'node:crypto';
import type { DatabaseState } from '../../shared/domain/schema.ts';

/** Equal strings are equal schema and ledgers (CONTRACT "States"); rows do not count. `sha256:` and 64 hex digits. */
export function stateFingerprint(state: DatabaseState): string {
  const hash = createHash('sha256');
  for (const { kind, name, relation, attributes } of state.schema.objects) {
    const sorted = Object.entries(attributes).sort(([left], [right]) => (left < right ? -1 : 1));
    hash.update(`${JSON.stringify([kind, name, relation ?? null, sorted])}\n`);
  }
  for (const { relation, tool, entries } of state.ledgers) {
    hash.update(`${JSON.stringify([relation, tool, entries.map(({ version, dirty }) => [version, dirty])])}\n`);
  }
  return `sha256:${hash.digest('hex')}`;
}
