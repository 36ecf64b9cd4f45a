import { cell, compatibilityId, evidence, points } from '../../support/evidence.ts';

export const sentence =
  'Previous still selects a column that the first file renames, and serves while it is being renamed.';
export const finds = {
  severity: 'blocks',
  scenario: 'compatibility',
  phase: 'pre-deploy',
  app: 'previous',
  state: 'after pre-deploy #1',
  file: 'migrations/0023_seen_at.up.sql',
};

const broken = (boot: 'fresh' | 'running') =>
  cell('previous', boot, points.inside, {
    probes: [{ name: 'acknowledge an alert', outcome: 'fail', detail: 'status 500 instead of 200' }],
    sqlErrors: [
      { sqlstate: '42703', message: 'column "state" does not exist', sql: 'SELECT state FROM alerts', count: 2 },
    ],
  });

export default evidence({
  runs: {
    [compatibilityId('previous', 'running', 'inside')]: (run) => ({ ...run, cells: [broken('running')] }),
    [compatibilityId('previous', 'fresh', 'inside')]: (run) => ({ ...run, cells: [broken('fresh')] }),
  },
});
