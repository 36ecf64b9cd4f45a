import type { RunResult } from '../../domain/observation.ts';
import type { JudgeContext } from '../context.ts';
import { claimOf, howItEnded } from '../derive/attempts.ts';
import { retryConverged } from '../derive/expected-end.ts';
import { faultText } from '../derive/fault-text.ts';
import { sameState } from '../derive/same-state.ts';
import { type Draft, defineCheck } from './check.ts';

/** A third state that nobody coded for: too new for the old version, too old for the new one. */
export const halfDoneAfterCrash = defineCheck({
  id: 'half-done-after-crash',
  title: 'After a crash neither version starts',
  why:
    'There is no version to go back to and none to go on with: the ' +
    'service is down until somebody repairs it by hand.',
  incident: 'oom-third-state',
  severity: 'blocks',
  needs: ['control', 'interruption', 'contention'],
  uses: ['underLoad', 'secondStart'],
  parts: ['cells', 'migration'],
  notApplicable: ({ manifest }) => (manifest.apps === 'none' ? 'the bundle has no applications' : undefined),
  find: (readings, context) =>
    crashed(readings).flatMap((run) => {
      const { previousStarts, nextStarts } = run.aftermath ?? {};
      const neither = previousStarts?.seen && nextStarts?.seen && !previousStarts.value && !nextStarts.value;
      return neither ? [draftOf(run, context)] : [];
    }),
  lacks: (readings) => {
    const runs = crashed(readings);
    return runs.flatMap((run) => (isAskedElsewhere(run, runs) ? [] : unseenStarts(run)));
  },
});

/** Runs whose commands did not all end well; what a run that exits 0 leaves is judged by the versions' own checks. */
function crashed(readings: Readonly<Record<string, { readonly runs: readonly RunResult[] }>>): readonly RunResult[] {
  return Object.values(readings)
    .flatMap(({ runs }) => runs)
    .filter((run) => ['failure', 'killed'].includes(claimOf(run.attempts) ?? ''));
}

function draftOf(run: RunResult, context: JudgeContext): Draft {
  const attempt = run.attempts.at(-1);
  const { previous, version } = context.manifest;
  const converges = retryConverged(context.expected, run) === true;
  return {
    title: `Neither ${previous} nor ${version} starts on what ${attempt?.phase ?? 'the migration'} leaves when it is ended half way`,
    summary: `In ${run.spec.id} the command ${attempt === undefined ? 'ended' : howItEnded(attempt)}${faultText(run)}; previous (${previous}) and next (${version}) were started on the state and neither became ready.${converges ? ' Running the migration again leads to the expected end.' : ''}`,
    runs: [run],
    phase: attempt?.phase,
    facts: { retryConverges: converges },
    remedy: converges
      ? {
          text: `Make ${attempt?.phase ?? 'the phase'} one transaction; until then run its command again before any version is started`,
        }
      : {
          text: `Make the changes of ${attempt?.phase ?? 'the phase'} and its ledger row one transaction, then run: rehearse run . --only interruption`,
        },
  };
}

/** Another run ended in the same state, and there somebody looked. */
function isAskedElsewhere({ end }: RunResult, runs: readonly RunResult[]): boolean {
  return runs.some(
    (other) => end.seen && other.end.seen && sameState(end.value, other.end.value) && unseenStarts(other).length === 0,
  );
}

/** One version that is known to start is enough to clear a state. */
function unseenStarts({ spec, aftermath }: RunResult): readonly string[] {
  if (aftermath === undefined) return [`${spec.id}: nobody looked at what it left behind`];
  const starts = [aftermath.previousStarts, aftermath.nextStarts];
  if (starts.some((start) => start.seen && start.value)) return [];
  return starts.flatMap((start) => (start.seen ? [] : [`${spec.id}: ${start.why}`]));
}
