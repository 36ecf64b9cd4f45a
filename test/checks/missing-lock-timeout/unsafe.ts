import { alterAlerts, attempt, evidence, firstFile, secondFile } from '../../support/evidence.ts';

export const sentence = 'Nothing ends the wait of the ALTER: neither the server, nor the session, nor the transaction.';
export const finds = {
  severity: 'warns',
  scenario: 'control',
  phase: 'pre-deploy',
  ordinal: 3,
  relation: 'public.alerts',
  evidence: { mode: 'AccessExclusiveLock', requests: 1 },
};

const endless = { ...alterAlerts, lockTimeout: { ms: 0, from: 'server' } } as const;
const statements = [...firstFile, ...secondFile].map((each) => (each === alterAlerts ? endless : each));

export default evidence({ runs: { control: (run) => ({ ...run, attempts: [attempt({ statements })] }) } });
