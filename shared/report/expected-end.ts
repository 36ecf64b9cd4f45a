import type { Evidence } from '../domain/observation.ts';
import type { DatabaseState } from '../domain/schema.ts';

/** Where the migration ends when nothing disturbs it: the control run's end, or that of the one without limits. */
export function expectedEnd(evidence: Evidence): DatabaseState | undefined {
  for (const id of ['control', 'control-unlimited']) {
    const run = evidence.runs.find((candidate) => candidate.spec.id === id);
    if (run?.outcome === 'completed' && run.end.seen) return run.end.value;
  }
  return undefined;
}
