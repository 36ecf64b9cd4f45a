import { cell, compatibilityId, evidence, points } from '../../support/evidence.ts';

export const sentence =
  'A probe asks for what previous does not have either: it proves nothing, is told so, and the other one is green.';

const answers = [
  { name: 'acknowledge an alert', outcome: 'pass', detail: '200' },
  { name: 'export a report', outcome: 'fail', detail: 'status 404 instead of 200' },
] as const;
const green = evidence();
const { probes } = green.bundle.manifest;
const extra = {
  name: 'export a report',
  for: ['previous', 'next'],
  writes: false,
  ask: { kind: 'http', steps: [] },
} as const;

export default evidence({
  manifest: { probes: [...probes, extra] },
  runs: {
    [compatibilityId('previous', 'fresh', 'before')]: (run) => ({
      ...run,
      cells: [cell('previous', 'fresh', points.before, { probes: answers })],
    }),
    [compatibilityId('next', 'fresh', 'after')]: (run) => ({
      ...run,
      cells: [
        cell('next', 'fresh', points.after, {
          probes: [...answers, { name: 'when it was seen', outcome: 'pass', detail: '200' }],
        }),
      ],
    }),
  },
});
