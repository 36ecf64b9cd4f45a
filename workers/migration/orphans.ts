import type { Phase } from '../../shared/domain/bundle.ts';
import type { Tap } from '../../shared/edge/ports/tap.ts';
import type { LiveRun } from '../live-run.ts';

/** A statement may go on at the server after its client is gone; so long do we wait to see what comes of it. */
const orphanWaitMs = 60_000;
const endWaitMs = 5_000;

/** The server is done with the command's sessions; what still works after a minute is ended, and told as a weakness. */
export async function backendsGone(run: LiveRun, tap: Tap, phase: Phase): Promise<void> {
  if (await gone(run, tap, orphanWaitMs)) return;
  const because = `a statement of ${phase.name} was still running ${orphanWaitMs / 1000} s after its command had ended, and was ended there`;
  run.weaknesses.push({ part: 'migration', because });
  await run.observer.look((admin) =>
    admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ANY($1)', [backendsOf(tap)]),
  );
  await gone(run, tap, endWaitMs);
}

const backendsOf = (tap: Tap): readonly number[] => tap.sessions().map((session) => session.backendPid);

async function gone(run: LiveRun, tap: Tap, waitMs: number): Promise<boolean> {
  const deadline = run.now() + waitMs;
  for (let pauseMs = 2; run.now() < deadline; pauseMs = Math.min(50, pauseMs * 2)) {
    run.signal.throwIfAborted();
    const rows = await run.observer.look((admin) =>
      admin.query<{ n: number }>('SELECT count(*)::int AS n FROM pg_stat_activity WHERE pid = ANY($1)', [
        backendsOf(tap),
      ]),
    );
    if (rows[0]?.n === 0) return true;
    await run.clock.wait(pauseMs, run.signal);
  }
  return false;
}
