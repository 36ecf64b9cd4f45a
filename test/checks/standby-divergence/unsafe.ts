import { evidence, standbyApp, standbySeen } from '../../support/evidence.ts';

export const sentence = 'A table that next reads on the standby is not written to WAL any more.';
export const finds = {
  severity: 'blocks',
  scenario: 'standby',
  relation: 'public.alerts',
  evidence: { unreadable: [{ relation: 'public.alerts', sqlstate: '0A000' }] },
  remedy: { sql: 'ALTER TABLE public.alerts SET LOGGED;' },
};

const unreadable = [{ relation: 'public.alerts', sqlstate: '0A000' }];
const apps = [standbyApp('previous', { statements: 4 }), standbyApp('next')];

export default evidence({
  runs: { standby: (run) => ({ ...run, standby: standbySeen({ unreadable, apps }) }) },
});
