import type { Invariant } from '../../../shared/domain/bundle.ts';
import { observed } from '../../../shared/domain/observed.ts';
import { evidence, points } from '../../support/evidence.ts';

export const sentence = 'No row keeps the old class name after the phase.';

export const noStaleName: Invariant = {
  name: 'no stale class name',
  sql: "SELECT count(*) FROM feed WHERE type LIKE 'Notifications::%'",
  expect: { kind: 'is', value: '0' },
};

export default evidence({
  manifest: { invariants: [noStaleName] },
  runs: {
    control: (run) => ({
      ...run,
      invariants: [{ name: noStaleName.name, point: points.after, holds: observed(true) }],
    }),
  },
});
