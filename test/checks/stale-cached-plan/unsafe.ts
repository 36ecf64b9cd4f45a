import { cell, compatibilityId, evidence, points } from '../../support/evidence.ts';

export const sentence = 'A column became wider, and the result of what a pool prepared before is another one now.';
export const finds = {
  severity: 'blocks',
  scenario: 'compatibility',
  phase: 'pre-deploy',
  app: 'previous',
  state: 'after pre-deploy #1',
  file: 'migrations/0023_seen_at.up.sql',
};

export default evidence({
  runs: {
    [compatibilityId('previous', 'running', 'inside')]: (run) => ({
      ...run,
      cells: [
        cell('previous', 'running', points.inside, {
          probes: [{ name: 'acknowledge an alert', outcome: 'fail', detail: 'status 500, expected 2xx' }],
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
