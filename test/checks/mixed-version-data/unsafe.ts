import { observed } from '../../../shared/domain/observed.ts';
import { evidence, mixedId, mixedRun, turn } from '../../support/evidence.ts';

export const sentence = 'Next acknowledges with a state that previous has no name for, and previous no longer answers.';
export const finds = {
  severity: 'blocks',
  scenario: 'compatibility',
  phase: 'pre-deploy',
  app: 'previous',
  state: 'after pre-deploy',
  title: 'previous (1.9) fails “acknowledge an alert” after next (2.0) wrote',
  evidence: {
    runs: [mixedId],
    writer: 'next',
    probes: ['acknowledge an alert'],
    writingProbes: ['acknowledge an alert'],
    writes: ['UPDATE alerts SET state = $1 WHERE id = $2'],
    sqlErrors: [],
  },
};

const broken = { 'acknowledge an alert': 'status 500, expected 2xx' };

export default evidence({
  runs: {
    [mixedId]: () =>
      mixedRun({
        turns: [turn('previous'), turn('next'), turn('previous', broken), turn('next')],
        alone: observed([turn('previous'), turn('previous'), turn('next'), turn('next')]),
      }),
  },
});
