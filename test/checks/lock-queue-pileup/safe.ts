import { contentionId, evidence, load } from '../../support/evidence.ts';

export const sentence =
  'The lock request gives up after half a second and tries again: nobody waits longer than the budget.';

export default evidence({
  runs: {
    [contentionId]: (run) => ({ ...run, load: load({ blockedMsMax: 520, blockedMs: 9_000, blockedTransactions: 31 }) }),
  },
});
