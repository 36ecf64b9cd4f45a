import { observed } from '../../../shared/domain/observed.ts';
import { aftermath, cell, contentionId, evidence, objects, points } from '../../support/evidence.ts';
import { state } from '../../support/schema.ts';

export const sentence =
  'An exception handler inside the server hides the lost lock: no error is seen, and the column is missing.';
export const finds = {
  severity: 'blocks',
  scenario: 'contention',
  phase: 'pre-deploy',
  relation: 'public.alerts',
  remedy: { sql: 'ALTER TABLE public.alerts ADD COLUMN seen_at timestamp with time zone;' },
};

const end = state([...objects.base, ...objects.notes], ['0022', '0023', '0024']);

export default evidence({
  runs: {
    [contentionId]: (run) => ({
      ...run,
      end: observed(end),
      aftermath: aftermath([], {
        cells: [cell('previous', 'fresh', points.after), cell('next', 'fresh', points.after)],
        retry: { attempts: [], end: observed(end) },
      }),
    }),
  },
});
