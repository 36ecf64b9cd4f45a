import type { Phase } from '../../shared/domain/bundle.ts';
import type { MigrationAttempt } from '../../shared/domain/observation.ts';
import type { LiveRun } from '../live-run.ts';
import { performPhase } from './perform-phase.ts';

/** A tool may sleep between two looks at its own lock, where the server shows nothing of it. */
const patienceMs = 5_000;
const pollMs = 10;

export interface TwoStarts {
  /** The one that exited 0, the first where both did or neither. */
  readonly better: MigrationAttempt;
  /** Undefined: the command never came to the statement before which it is started again. */
  readonly other: MigrationAttempt | undefined;
}

/**
 * Starts the command of a phase, and once more while the first start stands before the statement `ordinal`. The first
 * goes on when the second has come as far, has ended, or waits for a lock; the second goes on when the first has ended
 * or waits for one. So both have read what there was before either of them changed it, and it happens alike each time.
 * A wait ends when the other goes on, which it does not before the wait `isRecorded`: it is evidence.
 */
export async function startTwice(
  run: LiveRun,
  phase: Phase,
  ordinal: number,
  isRecorded: (pid: number) => boolean,
): Promise<TwoStarts> {
  const ofFirst = new Set<number>();
  const untilOneOf = (isOne: (pid: number) => boolean, orSettled: readonly Promise<void>[]) =>
    untilOneWaits(run, (pid) => isOne(pid) && isRecorded(pid), orSettled);
  let second: Promise<MigrationAttempt> | undefined;

  const startSecond = async (): Promise<void> => {
    for (const pid of run.parties.keys()) ofFirst.add(pid);
    const arrival = Promise.withResolvers<void>();
    let came = false;
    const arrived = async (at: number): Promise<void> => {
      if (at < ordinal || came) return;
      came = true;
      arrival.resolve();
      await untilOneOf((pid) => ofFirst.has(pid), [settled(first)]);
    };
    second = performPhase(run, phase, { attempt: 2, watch: { arrived } });
    const isOfSecond = (pid: number) => run.parties.has(pid) && !ofFirst.has(pid);
    await untilOneOf(isOfSecond, [arrival.promise, settled(second)]);
  };
  const first = performPhase(run, phase, {
    attempt: 1,
    watch: {
      arrived: async (at) => {
        if (at === ordinal && second === undefined) await startSecond();
      },
    },
  });
  await settled(first);
  await settled(second ?? first);
  const [one, other] = [await first, await second];
  if (other === undefined || endedWell(one) || !endedWell(other)) return { better: one, other };
  return { better: other, other: one };
}

const endedWell = ({ exitCode, timedOut }: MigrationAttempt): boolean => exitCode === 0 && !timedOut;

const settled = (work: Promise<unknown>): Promise<void> =>
  work.then(
    () => undefined,
    () => undefined,
  );

/** Until one of these backends waits for a lock, one of these settles, or patience ends. */
async function untilOneWaits(
  run: LiveRun,
  isOne: (pid: number) => boolean,
  orSettled: readonly Promise<void>[],
): Promise<void> {
  const deadline = run.now() + patienceMs;
  let isOver = false;
  const over = Promise.race(orSettled).then(() => {
    isOver = true;
  });
  while (!isOver && !run.signal.aborted && run.now() < deadline) {
    const waiting = await run.observer.look((admin) =>
      admin.query<{ pid: number }>('SELECT pid FROM pg_locks WHERE NOT granted'),
    );
    if (waiting.some(({ pid }) => isOne(pid))) return;
    await Promise.race([over, run.clock.wait(pollMs)]);
  }
}
