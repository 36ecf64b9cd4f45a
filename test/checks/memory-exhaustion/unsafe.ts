import { observed } from '../../../shared/domain/observed.ts';
import { aftermath, attempt, controlRun, evidence, firstFile, states } from '../../support/evidence.ts';

export const sentence = 'The command reads every row into memory and is killed at its limit after the first file.';
export const finds = { severity: 'blocks', scenario: 'control', phase: 'pre-deploy' };

const limit = { memoryPeakBytes: 128 * 1024 ** 2, memoryLimitBytes: 128 * 1024 ** 2 };
const oom = attempt({ exitCode: 137, signal: 'SIGKILL', oomKilled: true, statements: firstFile, ...limit });

export default evidence({
  unplanned: (id) => id !== 'control' && id !== 'control-unlimited' && id !== 'compatibility-previous-fresh-before',
  more: [controlRun('unlimited')],
  runs: {
    control: (run) => ({
      ...run,
      outcome: 'failed',
      attempts: [oom],
      states: [],
      end: observed(states.inside),
      aftermath: aftermath([], {
        retry: { attempts: [{ ...oom, attempt: 2, statements: [] }], end: observed(states.inside) },
      }),
    }),
  },
});
