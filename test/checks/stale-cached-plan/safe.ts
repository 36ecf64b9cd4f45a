import { cell, compatibilityId, evidence, points } from '../../support/evidence.ts';

export const sentence = 'The driver prepares again what the server refuses, and every probe is answered.';

export default evidence({
  runs: {
    [compatibilityId('previous', 'running', 'inside')]: (run) => ({
      ...run,
      cells: [
        cell('previous', 'running', points.inside, {
          sqlErrors: [
            {
              sqlstate: '0A000',
              message: 'cached plan must not change result type',
              sql: 'SELECT * FROM alerts WHERE id = $1',
              count: 1,
            },
          ],
        }),
      ],
    }),
  },
});
