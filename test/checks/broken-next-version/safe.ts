import { cell, compatibilityId, evidence, points } from '../../support/evidence.ts';

export const sentence = 'A probe for next that never works proves nothing, and the other one is green.';

export default evidence({
  runs: {
    [compatibilityId('next', 'fresh', 'after')]: (run) => ({
      ...run,
      cells: [
        cell('next', 'fresh', points.after, {
          probes: [
            { name: 'acknowledge an alert', outcome: 'pass', detail: '200' },
            { name: 'when it was seen', outcome: 'fail', detail: 'status 404 instead of 200' },
          ],
        }),
      ],
    }),
  },
});
