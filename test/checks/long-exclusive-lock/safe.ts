import { alterAlerts, attempt, evidence, firstFile, secondFile } from '../../support/evidence.ts';

export const sentence = 'Nothing but the row of the ledger stands between the change and its COMMIT, however slow.';

const slow = {
  ...alterAlerts,
  locks: [{ relation: 'public.alerts', mode: 'AccessExclusiveLock', heldMs: 900, source: 'held' }],
} as const;
const statements = [...firstFile, ...secondFile].map((each) => (each === alterAlerts ? slow : each));

export default evidence({ runs: { control: (run) => ({ ...run, attempts: [attempt({ statements })] }) } });
