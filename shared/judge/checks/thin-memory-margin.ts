import type { MigrationAttempt, RunResult } from '../../domain/observation.ts';
import { honestAttempts } from '../derive/attempts.ts';
import { bytes, share } from '../derive/sentences.ts';
import { type Draft, defineCheck } from './check.ts';

/** CHECKS.md: within 15 % of the limit. */
const thinShare = 0.85;

/** What fits here by a hand’s breadth does not fit a larger table. */
export const thinMemoryMargin = defineCheck({
  id: 'thin-memory-margin',
  title: 'The migration nearly runs out of memory',
  why: 'A few more rows, or a busier node, and the command is killed half way.',
  rule: 'Warns where the peak of a command came within 15 % of its declared limit and it was not killed.',
  incident: 'oom-third-state',
  severity: 'warns',
  needs: ['control'],
  uses: ['underLoad', 'contention'],
  parts: ['migration'],
  notApplicable: ({ manifest }) =>
    manifest.phases.some(({ memoryBytes }) => memoryBytes !== undefined)
      ? undefined
      : 'no phase declares a memory limit',
  find: (readings) => Object.values(readings).flatMap(({ runs }) => runs.flatMap(thinIn)),
  lacks: ({ control }) =>
    control.runs.flatMap(({ attempts }) =>
      attempts.filter(isUnmeasured).map(({ phase }) => `the peak of ${phase} was not measured`),
    ),
});

const isUnmeasured = ({ memoryLimitBytes, memoryPeakBytes }: MigrationAttempt): boolean =>
  memoryLimitBytes !== undefined && memoryPeakBytes === undefined;

function thinIn(run: RunResult): readonly Draft[] {
  return honestAttempts(run).flatMap((attempt) => {
    const { phase, memoryPeakBytes: peak, memoryLimitBytes: limit, oomKilled } = attempt;
    if (oomKilled || peak === undefined || limit === undefined || peak < limit * thinShare) return [];
    return [
      {
        title: `${phase} uses ${share(peak, limit)} of its memory`,
        summary: `In ${run.spec.id} the command took up to ${bytes(peak)} of the ${bytes(limit)} that the manifest allows it.`,
        runs: [run],
        phase,
        facts: { peakBytes: peak, limitBytes: limit },
        remedy: {
          text: `Read and write in smaller batches, or give ${phase} more memory, then run: rehearse run . --only control`,
        },
      },
    ];
  });
}
