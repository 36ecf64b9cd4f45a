import { evidence, load } from '../../support/evidence.ts';

export const sentence =
  'Transactions in flight meet the backfill and are ended as deadlocks, which never happened before.';
export const finds = {
  severity: 'blocks',
  scenario: 'under-load',
  phase: 'pre-deploy',
  evidence: { failedBySqlstate: { '40P01': 12, '0A000': 3 } },
};

export default evidence({
  runs: {
    'under-load': (run) => ({
      ...run,
      load: load({ failed: 12, failedBySqlstate: { '40P01': 12, '0A000': 3 } }),
    }),
  },
});
