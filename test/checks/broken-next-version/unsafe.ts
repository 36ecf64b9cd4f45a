import { observed } from '../../../shared/domain/observed.ts';
import { aftermath, cell, contentionId, evidence, objects, points } from '../../support/evidence.ts';
import { state } from '../../support/schema.ts';

export const sentence =
  'Under contention the column is lost and every command exits 0: next is rolled out on a state that it cannot use.';
export const finds = {
  severity: 'blocks',
  scenario: 'contention',
  phase: 'pre-deploy',
  app: 'next',
  state: `after pre-deploy in ${contentionId}`,
  remedy: { sql: 'ALTER TABLE public.alerts ADD COLUMN seen_at timestamp with time zone;' },
};

const end = state([...objects.base, ...objects.notes], ['0022', '0023', '0024']);

export default evidence({
  runs: {
    [contentionId]: (run) => ({
      ...run,
      end: observed(end),
      aftermath: aftermath([], {
        cells: [
          cell('previous', 'fresh', points.after),
          cell('next', 'fresh', points.after, {
            probes: [{ name: 'when it was seen', outcome: 'fail', detail: 'status 500 instead of 200' }],
            sqlErrors: [
              {
                sqlstate: '42703',
                message: 'column "seen_at" does not exist',
                sql: 'SELECT seen_at FROM alerts',
                count: 1,
              },
            ],
          }),
        ],
        retry: { attempts: [], end: observed(end) },
      }),
    }),
  },
});
