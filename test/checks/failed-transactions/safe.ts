import { evidence, load } from '../../support/evidence.ts';

export const sentence =
  'The traffic gets a serialization failure now and then, before the migration as well as during it.';

export default evidence({
  runs: {
    'under-load': (run) => ({
      ...run,
      load: load({ failed: 5, failedBySqlstate: { '40001': 5 }, baselineFailedBySqlstate: { '40001': 2 } }),
    }),
  },
});
