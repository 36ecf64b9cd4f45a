import { evidence, standbyApp, standbySeen } from '../../support/evidence.ts';

export const sentence = 'Previous reads on the standby, which holds the lock of the migration for two seconds.';
export const finds = {
  severity: 'blocks',
  scenario: 'standby',
  app: 'previous',
  evidence: { probes: ['an alert is shown'], statements: 12 },
};

const shown = { name: 'an alert is shown', outcome: 'pass', detail: 'answered as expected' } as const;
const gone = { ...shown, outcome: 'fail', detail: 'status 503, expected 2xx' } as const;
const sql = 'SELECT state FROM alerts WHERE id = $1';
const message = 'canceling statement due to statement timeout';
const previous = standbyApp('previous', {
  ...{ statements: 12, before: [shown], during: [gone], after: [shown] },
  sqlErrors: [{ sqlstate: '57014', message, sql, count: 3 }],
});

export default evidence({
  runs: { standby: (run) => ({ ...run, standby: standbySeen({ apps: [previous, standbyApp('next')] }) }) },
});
