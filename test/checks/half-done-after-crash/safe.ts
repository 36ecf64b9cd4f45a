import { observed } from '../../../shared/domain/observed.ts';
import { aftermath, evidence, secondFile } from '../../support/evidence.ts';

export const sentence = 'After the crash next does not start yet, but previous does: the service lives.';

export default evidence({
  runs: {
    'interruption-pre-deploy-1': (run) => ({
      ...run,
      aftermath: aftermath(secondFile, { nextStarts: observed(false) }),
    }),
  },
});
