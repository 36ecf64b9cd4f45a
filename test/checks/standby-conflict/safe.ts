import { evidence, standbyApp, standbySeen } from '../../support/evidence.ts';

export const sentence = 'A long read held up the replay, nobody was told so, and previous read on as before.';

const probe = { name: 'an alert is shown', outcome: 'pass', detail: 'answered as expected' } as const;
const previous = standbyApp('previous', { statements: 9, before: [probe], during: [probe], after: [probe] });

export default evidence({
  runs: { standby: (run) => ({ ...run, standby: standbySeen({ apps: [previous, standbyApp('next')] }) }) },
});
