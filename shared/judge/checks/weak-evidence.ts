import { readingNames } from '../collect-evidence.ts';
import { unprovenProbes, unprovenWorkers } from '../derive/baselines.ts';
import { count, listed } from '../derive/sentences.ts';
import { defineCheck } from './check.ts';

/**
 * A watcher needs a watcher: what was not done, or not done well, is said in one place; the checks that need it say
 * so too.
 */
export const weakEvidence = defineCheck({
  id: 'weak-evidence',
  title: 'Evidence is missing or weak',
  why:
    'What nobody looked at cannot be called safe: a check that needs ' +
    'it stays undetermined and the gate stays closed.',
  severity: 'warns',
  needs: [],
  uses: readingNames,
  parts: [],
  find: (readings, context) => {
    const all = Object.values(readings);
    const reasons = new Set(all.flatMap(({ missing }) => missing));
    const runs = all.flatMap(({ runs: present }) => present).filter((run) => run.weaknesses.length > 0);
    for (const { spec, weaknesses } of runs) {
      for (const { because } of weaknesses) reasons.add(`${spec.id}: ${because}`);
    }
    if (context.manifest.apps !== 'none' && readings.compatibility.runs.length > 0) {
      for (const because of unprovenProbes(readings.compatibility.runs, context, () => true)) reasons.add(because);
      for (const because of unprovenWorkers(readings.compatibility.runs)) reasons.add(because);
    }
    if (reasons.size === 0) return [];
    return [
      {
        title: `Evidence is missing or weak in ${count(reasons.size, 'place')}`,
        summary: `${listed([...reasons], 12)}.`,
        runs,
        facts: { reasons: [...reasons] },
        remedy: {
          text: 'Remove the cause on a machine that is not busy and rehearse everything again: rehearse run .',
        },
      },
    ];
  },
});
