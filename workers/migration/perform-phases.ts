import type { Phase } from '../../shared/domain/bundle.ts';
import type { MigrationAttempt, StateObservation } from '../../shared/domain/observation.ts';
import { runLimits } from '../../shared/plan/limits.ts';
import type { LiveRun } from '../live-run.ts';
import { type PhaseOptions, type PhaseWatch, performPhase } from './perform-phase.ts';
import { readState } from './read-state.ts';

export interface PhasesOptions extends Omit<PhaseOptions, 'attempt' | 'watch'> {
  /** Looks at the database after each committed change; only where nobody else writes. */
  readonly lookInside?: boolean;
  readonly watch?: (phase: Phase) => PhaseWatch;
  readonly beforePhase?: (phase: Phase) => Promise<void>;
  /** Called with the state after each phase that exited 0. */
  readonly afterPhase?: (phase: Phase) => Promise<void>;
  /** Attempts already made of a phase in this run. */
  readonly attemptOf?: (phase: Phase) => number;
}

export interface PhasesPerformed {
  readonly attempts: readonly MigrationAttempt[];
  readonly states: readonly StateObservation[];
  /** The phase whose command did not exit 0; the ones after it were not started, as in a deployment. */
  readonly stoppedAt: Phase | undefined;
}

/** The phases in order until one fails, with the committed states passed on the way. */
export async function performPhases(
  run: LiveRun,
  phases: readonly Phase[],
  options: PhasesOptions = {},
): Promise<PhasesPerformed> {
  const attempts: MigrationAttempt[] = [];
  const states: StateObservation[] = [];
  for (const phase of phases) {
    await options.beforePhase?.(phase);
    const inside: StateObservation[] = [];
    let committed = 0;
    const watch = options.watch?.(phase);
    const attempt = await performPhase(run, phase, {
      attempt: options.attemptOf?.(phase) ?? 1,
      mode: options.mode ?? 'plain',
      limited: options.limited ?? true,
      watch: {
        ...(watch?.arrived === undefined ? {} : { arrived: watch.arrived }),
        committed: async (change, command) => {
          committed = change.committed;
          if (options.lookInside === true && change.committed <= runLimits.statesReadInsidePhase) {
            const point = { kind: 'inside', phase: phase.name, committed: change.committed } as const;
            inside.push({ point, state: await readState(run, { rows: 'uncounted' }) });
          }
          await watch?.committed?.(change, command);
        },
      },
    });
    attempts.push(attempt);
    if (attempt.exitCode !== 0 || attempt.killedByUs) {
      states.push(...inside);
      return { attempts, states, stoppedAt: phase };
    }
    if (options.lookInside === true) {
      // The last committed state of a phase has one name only: `after PHASE`.
      states.push(...(committed > inside.length ? inside : inside.slice(0, -1)));
      states.push({ point: { kind: 'after', phase: phase.name }, state: await readState(run) });
    }
    await options.afterPhase?.(phase);
  }
  return { attempts, states, stoppedAt: undefined };
}
