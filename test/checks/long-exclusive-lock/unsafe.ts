import { alterAlerts, attempt, evidence, firstFile, secondFile, statement } from '../../support/evidence.ts';

export const sentence = 'The table stays locked while its new column is filled, row by row, in the same transaction.';
export const finds = {
  severity: 'warns',
  scenario: 'control',
  phase: 'pre-deploy',
  ordinal: 3,
  relation: 'public.alerts',
  evidence: { heldMs: 900, furtherStatements: 1, asksFor: [] },
};

const [begin, timeout, , ledger, commit] = firstFile;
const locking = {
  ...alterAlerts,
  locks: [{ relation: 'public.alerts', mode: 'AccessExclusiveLock', heldMs: 900, source: 'held' }],
} as const;
const filling = statement(4, 'UPDATE alerts SET seen_at = $1', { transaction: 1, statusAfter: 'T', durationMs: 890 });
const wide = [begin, timeout, locking, filling, ledger, commit].flatMap((each, at) =>
  each === undefined ? [] : [{ ...each, ordinal: at + 1 }],
);

export default evidence({
  runs: {
    control: (run) => ({
      ...run,
      attempts: [
        attempt({ statements: [...wide, ...secondFile.map((each) => ({ ...each, ordinal: each.ordinal + 1 }))] }),
      ],
    }),
  },
});
