import { observed } from '../../../shared/domain/observed.ts';
import {
  aftermath,
  alterAlerts,
  attempt,
  contentionId,
  evidence,
  firstFile,
  secondFile,
  states,
} from '../../support/evidence.ts';

export const sentence =
  'The command gives up loudly, its transaction takes everything back, and the next attempt converges.';

const lost = {
  ...alterAlerts,
  sqlstate: '55P03',
  message: 'canceling statement due to lock timeout',
  statusAfter: 'E',
} as const;

export default evidence({
  runs: {
    [contentionId]: (run) => ({
      ...run,
      outcome: 'failed',
      attempts: [attempt({ exitCode: 1, statements: [...firstFile.slice(0, 2), lost] })],
      end: observed(states.before),
      aftermath: aftermath([...firstFile, ...secondFile]),
    }),
  },
});
