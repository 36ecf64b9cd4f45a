import { observed } from '../../../shared/domain/observed.ts';
import { evidence, points } from '../../support/evidence.ts';
import { noStaleName } from './safe.ts';

export const sentence = 'The class was renamed in the code, and the rows still carry the old name.';
export const finds = { severity: 'blocks', scenario: 'control', phase: 'pre-deploy', state: 'after pre-deploy' };

export default evidence({
  manifest: { invariants: [noStaleName] },
  runs: {
    control: (run) => ({
      ...run,
      invariants: [{ name: noStaleName.name, point: points.after, holds: observed(false) }],
    }),
  },
});
