import { observed } from '../../../shared/domain/observed.ts';
import { aftermath, attempt, evidence, firstFile, statement, states } from '../../support/evidence.ts';

export const sentence =
  'The migration finds jobs that are still locked, raises an exception and exits 1 before it changed anything.';
export const finds = { severity: 'blocks', scenario: 'control', phase: 'pre-deploy' };

const raised = statement(3, 'DO $1', {
  transaction: 1,
  statusAfter: 'E',
  sqlstate: 'P0001',
  message: 'stop the job runner first',
});
const refusal = attempt({ exitCode: 1, statements: [...firstFile.slice(0, 2), raised] });

export default evidence({
  unplanned: (id) => id !== 'control' && id !== 'compatibility-previous-fresh-before',
  runs: {
    control: (run) => ({
      ...run,
      outcome: 'failed',
      attempts: [refusal],
      states: [],
      end: observed(states.before),
      aftermath: aftermath([], { retry: { attempts: [{ ...refusal, attempt: 2 }], end: observed(states.before) } }),
    }),
  },
});
