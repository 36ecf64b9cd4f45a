import { cell, compatibilityId, evidence, points } from '../../support/evidence.ts';

export const sentence =
  'Previous would break inside the migration, but the deployment stops it first: there it need not live.';

export default evidence({
  manifest: { overlap: 'stop-the-world' },
  runs: {
    [compatibilityId('previous', 'fresh', 'inside')]: (run) => ({
      ...run,
      cells: [
        cell('previous', 'fresh', points.inside, {
          probes: [{ name: 'acknowledge an alert', outcome: 'fail', detail: 'status 500 instead of 200' }],
        }),
      ],
    }),
  },
});
