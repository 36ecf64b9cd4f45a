import { observed } from '../../../shared/domain/observed.ts';
import { controlRun, evidence, points, secondStartId, states } from '../../support/evidence.ts';

export const sentence =
  'The table has another name afterwards and the same rows; the other one declares what it deletes.';

const counted = (name: string, rows: number, alerts: number) => [
  { relation: 'public.alerts', rows: alerts, oid: 16_400 },
  { relation: name, rows, oid: 16_410 },
];
const before = { ...states.before, rowCounts: counted('public.memos', 400, 1_000) };
const after = { ...states.after, rowCounts: counted('public.remarks', 400, 10) };
const phases = evidence().bundle.manifest.phases.map((phase) => ({ ...phase, deletes: ['alerts'] }));

export default evidence({
  manifest: { phases },
  runs: {
    control: () =>
      controlRun('declared', {
        before: observed(before),
        states: [
          { point: points.inside, state: observed(states.inside) },
          { point: points.after, state: observed(after) },
        ],
        end: observed(after),
      }),
    [secondStartId]: (run) => ({ ...run, end: observed(after) }),
  },
});
