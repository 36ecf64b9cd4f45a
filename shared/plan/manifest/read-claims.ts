import type { Budgets, Hotpatch, Invariant, ManifestWaiver, Phase } from '../../domain/bundle.ts';
import { nearest } from './nearest.ts';
import { repeated } from './read-apps.ts';
import { anyText, budget, day, flag, integer, listOf, oneOf, text, textLike, wrong } from './scalars.ts';
import { type Fields, given, type Read, type Spot } from './spot.ts';

export const defaultBudgets: Budgets = {
  blockedMs: 1000,
  slowMs: 500,
  failedTransactions: 0,
  migrationMs: 600_000,
  replicaLagMs: 5000,
};

export const budgets: Read<Budgets> = (spot) => {
  const fields = spot.fields(['blocked', 'slow', 'failedTransactions', 'migration', 'replicaLag']);
  const failures = integer(0, Number.MAX_SAFE_INTEGER);
  return {
    blockedMs: fields.or('blocked', budget, defaultBudgets.blockedMs),
    slowMs: fields.or('slow', budget, defaultBudgets.slowMs),
    failedTransactions: fields.or('failedTransactions', failures, defaultBudgets.failedTransactions),
    migrationMs: fields.or('migration', budget, defaultBudgets.migrationMs),
    replicaLagMs: fields.or('replicaLag', budget, defaultBudgets.replicaLagMs),
  };
};

export const invariants =
  (phases: readonly Phase[]): Read<readonly Invariant[]> =>
  (spot) => {
    const found = listOf(invariant(phases))(spot);
    for (const name of repeated(found)) spot.problem(`Two invariants are named \`${name}\`.`);
    return found;
  };

const invariant =
  (phases: readonly Phase[]): Read<Invariant> =>
  (spot) => {
    const fields = spot.fields(['name', 'sql', 'is', 'same', 'after']);
    return {
      name: fields.required('name', text, ''),
      sql: fields.required('sql', text, ''),
      expect: expected(spot, fields),
      ...given({ after: fields.optional('after', phaseOf(phases)) }),
    };
  };

function expected(spot: Spot, fields: Fields): Invariant['expect'] {
  if (spot.node.kind === 'map' && fields.has('is') === fields.has('same')) {
    spot.problem('An invariant needs either `is` or `same: true`.');
  }
  const same = fields.spot('same');
  if (same !== undefined) return flag(same) ? { kind: 'same' } : wrong(same, 'must be true', { kind: 'same' });
  return { kind: 'is', value: fields.or('is', anyText, '') };
}

const phaseOf =
  (phases: readonly Phase[]): Read<string> =>
  (spot) => {
    const name = text(spot);
    const names = phases.map((phase) => phase.name);
    if (!names.includes(name)) spot.problem(`\`${name}\` is no phase of \`migrate\`.`, nearest(name, names));
    return name;
  };

export const hotpatch: Read<Hotpatch> = (spot) => {
  const fields = spot.fields(['path', 'sha256', 'why']);
  return {
    path: fields.required('path', text, ''),
    sha256: fields.required('sha256', sha256, '').toLowerCase(),
    why: fields.or('why', text, 'no reason is given'),
  };
};

const sha256 = textLike(/^[0-9a-f]{64}$/i, '64 hex digits');

export const waiver: Read<ManifestWaiver> = (spot) => {
  const fields = spot.fields(['check', 'relation', 'phase', 'app', 'by', 'reason', 'until']);
  return {
    check: fields.required('check', text, ''),
    by: fields.required('by', text, ''),
    reason: fields.required('reason', text, ''),
    until: fields.required('until', day, ''),
    ...given({
      relation: fields.optional('relation', text),
      phase: fields.optional('phase', text),
      app: fields.optional('app', oneOf(['previous', 'next'])),
    }),
  };
};
