import type { Phase } from '../../shared/domain/bundle.ts';
import type { LoadObservation } from '../../shared/domain/load.ts';
import type { LockWait } from '../../shared/domain/lock.ts';
import type { FaultObservation, MigrationAttempt, Weakness } from '../../shared/domain/observation.ts';
import type { RollbackRun, RollbackStress } from '../../shared/domain/run.ts';
import type { LiveRun } from '../live-run.ts';
import { acquireActorLock } from '../load/actor-lock.ts';
import { performPhase } from '../migration/perform-phase.ts';
import { withTraffic, withWaits } from './with-traffic.ts';

/** Enough arrivals before and after to say what is normal there. */
const leadMs = 1_000;
const tailMs = 500;

export interface WalkedBack {
  readonly attempts: readonly MigrationAttempt[];
  /** The last start of the command exited 0. */
  readonly worked: boolean;
  readonly lockWaits: readonly LockWait[];
  readonly load?: LoadObservation;
  readonly fault?: FaultObservation;
  readonly weaknesses: readonly Weakness[];
}

/** The declared command, once; one that was made harder and did not end well is simply run again, as a team would. */
export async function walkBack(run: LiveRun<RollbackRun>, phase: Phase): Promise<WalkedBack> {
  const { stress } = run.spec;
  const first = await firstWalk(run, phase, stress);
  if (endedWell(first.attempt) || stress === undefined || stress.kind === 'written')
    return { ...first, attempts: [first.attempt], worked: endedWell(first.attempt) };
  const again = await performPhase(run, phase, { attempt: 2 });
  return { ...first, attempts: [first.attempt, again], worked: endedWell(again) };
}

type FirstWalk = Omit<WalkedBack, 'attempts' | 'worked'> & { readonly attempt: MigrationAttempt };

const endedWell = ({ exitCode, killedByUs, timedOut }: MigrationAttempt): boolean =>
  exitCode === 0 && !killedByUs && !timedOut;

async function firstWalk(
  run: LiveRun<RollbackRun>,
  phase: Phase,
  stress: RollbackStress | undefined,
): Promise<FirstWalk> {
  switch (stress?.kind) {
    case undefined:
    case 'written':
      return { attempt: await performPhase(run, phase, { attempt: 1 }), lockWaits: [], weaknesses: [] };
    case 'interrupted':
      return await interrupted(run, phase, stress.ordinal);
    case 'under-load':
      return await underLoad(run, phase, stress);
  }
}

async function interrupted(run: LiveRun<RollbackRun>, phase: Phase, ordinal: number): Promise<FirstWalk> {
  let pid: number | undefined;
  const attempt = await performPhase(run, phase, {
    attempt: 1,
    watch: {
      committed: async (change, command) => {
        if (change.ordinal !== ordinal || pid !== undefined) return;
        pid = command.pid;
        await command.kill();
      },
    },
  });
  const killed = pid;
  return {
    attempt,
    lockWaits: [],
    fault: {
      kind: 'kill-command',
      phase: phase.name,
      ordinal,
      moment: 'after',
      met: killed !== undefined,
      ...(killed === undefined ? {} : { pid: killed }),
    },
    weaknesses:
      killed !== undefined
        ? []
        : [
            {
              part: 'migration',
              because: `the rollback never reached statement ${ordinal}, where it was to be killed`,
            },
          ],
  };
}

async function underLoad(
  run: LiveRun<RollbackRun>,
  phase: Phase,
  { targets, hold }: Extract<RollbackStress, { kind: 'under-load' }>,
): Promise<FirstWalk> {
  await using holding = new AsyncDisposableStack();
  let heldMs = 0;
  let released: Promise<void> | undefined;
  const take = async ({ relation, holds, holdMs }: NonNullable<typeof hold>) => {
    const lock = holding.use(
      await acquireActorLock(run.sql, { ...run.clone.admin, ...run.clone.apps }, { relation, holds }),
    );
    const sinceMs = run.now();
    released = (async () => {
      // Called off or not, the lock is let go.
      await run.clock.wait(holdMs, run.signal).catch(() => undefined);
      await lock.release();
      heldMs = run.now() - sinceMs;
    })();
  };
  const options = { targets, actorsOn: [], leadMs, tailMs, durationMs: 0 };
  const seen = await withTraffic(run, options, async () => {
    const attempt = await performPhase(run, phase, {
      attempt: 1,
      watch: {
        arrived: async (ordinal) => {
          if (hold !== undefined && ordinal === hold.ordinal && released === undefined) await take(hold);
        },
      },
    });
    await released;
    return attempt;
  });
  const [attempt = seen.result] = withWaits([seen.result], seen.lockWaits);
  const found = { attempt, lockWaits: seen.lockWaits, load: seen.load, weaknesses: seen.weaknesses };
  if (hold === undefined) return found;
  const { ordinal, relation, holds: mode } = hold;
  const met = seen.lockWaits.some(
    ({ waiter, blockers }) => waiter.role === 'migration' && blockers.some(({ role }) => role === 'actor'),
  );
  return {
    ...found,
    fault: { kind: 'lock', phase: phase.name, ordinal, moment: 'before', mode, relation, heldMs, met },
  };
}
