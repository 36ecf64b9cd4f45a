import { observed } from '../../../shared/domain/observed.ts';
import { evidence, objects, points, state, states, table } from '../../support/evidence.ts';

export const sentence = 'Deleting old alerts takes their notes along, by a foreign key that nobody thought of.';
export const finds = {
  severity: 'blocks',
  scenario: 'control',
  phase: 'pre-deploy',
  relation: 'public.memos',
  evidence: { before: 400, after: 150, isGone: false },
};

const memos = table('public.memos');
const before = state([...objects.base, memos], ['0022'], { rows: { 'public.memos': 400 } });
const after = state([...objects.base, memos, objects.seenAt, ...objects.notes], ['0022', '0023', '0024'], {
  rows: { 'public.memos': 150 },
});

export default evidence({
  runs: {
    control: (run) => ({
      ...run,
      before: observed(before),
      states: [
        { point: points.inside, state: observed(states.inside) },
        { point: points.after, state: observed(after) },
      ],
      end: observed(after),
    }),
  },
});
