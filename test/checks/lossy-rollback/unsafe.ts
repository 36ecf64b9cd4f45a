import { observed } from '../../../shared/domain/observed.ts';
import { evidence } from '../../support/evidence.ts';
import { rollback, rollbackRun } from '../impossible-rollback/safe.ts';
import { writtenRun } from './safe.ts';

export const sentence = 'The rollback drops the column in which next had kept when an alert was seen.';
export const finds = {
  severity: 'warns',
  scenario: 'rollback',
  phase: 'rollback',
  relation: 'public.alerts',
  state: 'after pre-deploy',
  title: 'The rollback after pre-deploy loses 3 values of seen_at of public.alerts',
};

export default evidence({
  manifest: { rollback },
  more: [
    rollbackRun(),
    writtenRun(
      { before: { 'public.alerts': 12 }, after: { 'public.alerts': 12 } },
      { valuesLost: observed([{ relation: 'public.alerts', column: 'seen_at', values: 3 }]) },
    ),
  ],
});
