import { observed } from '../../../shared/domain/observed.ts';
import { aftermath, evidence, secondFile } from '../../support/evidence.ts';

export const sentence =
  'Both versions check the schema when they start, and neither knows the one that the crash left.';
export const finds = { severity: 'blocks', scenario: 'interruption', phase: 'pre-deploy' };

export default evidence({
  runs: {
    'interruption-pre-deploy-1': (run) => ({
      ...run,
      aftermath: aftermath(secondFile, { previousStarts: observed(false), nextStarts: observed(false) }),
    }),
  },
});
