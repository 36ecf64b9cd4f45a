import { observed } from '../../../shared/domain/observed.ts';
import { evidence, mixedId, mixedRun } from '../../support/evidence.ts';
import { stateColumn } from './safe.ts';

export const sentence = 'Next has a new word for the state of an alert, and 40 alerts still bear the old one.';
export const finds = {
  severity: 'warns',
  scenario: 'compatibility',
  phase: 'pre-deploy',
  relation: 'public.alerts',
  state: 'after pre-deploy',
  title: 'public.alerts.state still holds a value that next does not write',
  remedy: {
    text: 'Rewrite them in the migration, or let next read them. They are among:',
    sql: 'SELECT state, count(*) FROM public.alerts GROUP BY 1 ORDER BY 2;',
  },
};

export default evidence({
  runs: {
    [mixedId]: () => mixedRun({ census: observed([stateColumn({ left: { values: 1, rows: 40 } })]) }),
  },
});
