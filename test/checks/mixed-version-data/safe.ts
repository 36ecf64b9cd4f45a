import { observed } from '../../../shared/domain/observed.ts';
import { evidence, mixedId, mixedRun, turn } from '../../support/evidence.ts';

export const sentence =
  'Previous answers otherwise after next wrote, and so it does when it is asked twice by itself: the alert is taken.';

const taken = { 'acknowledge an alert': 'status 409, expected 2xx' };

export default evidence({
  runs: {
    [mixedId]: () =>
      mixedRun({
        turns: [turn('previous'), turn('next', taken), turn('previous', taken), turn('next', taken)],
        alone: observed([turn('previous'), turn('previous', taken), turn('next'), turn('next', taken)]),
      }),
  },
});
