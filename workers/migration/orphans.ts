import type { Phase } from '../../shared/domain/bundle.ts';
import type { Tap } from '../../shared/edge/ports/tap.ts';
import type { LiveRun } from '../live-run.ts';

/** A statement may go on at the server after its client is gone; so long do we wait to see what comes of it. */
const orphanWaitMs = 60_000;
const endWaitMs = 5_000;

type Where = Pick<LiveRun, 'now' | 'signal' | 'observer' | 'clock' | 'weaknesses'>;
type Sessions = Pick<Tap, 'sessions'>;

/** The server is done with the command's sessions; what still works after a minute is ended, and told as a weakness. */
export async function backendsGone(run: Where, tap: Sessions, phase: Pick<Phase, 'name'>): Promise<void> {
  if (await gone(run, tap, orphanWaitMs)) return;
  const because = `a statement of ${phase.name} was still running ${orphanWaitMs / 1000} s after its command had ended, and was ended there`;
  run.weaknesses.push({ part: 'migration', because });
  await run.observer.look((admin) =>
    admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${isTheirs}`, [backendsOf(tap)]),
  );
  await gone(run, tap, endWaitMs);
}

/** A server that was killed gives the numbers of its processes anew, above all in a container: some to us and to itself. */
const isTheirs = "pid = ANY($1) AND backend_type = 'client backend' AND application_name NOT LIKE 'rehearsal/%'";

const backendsOf = (tap: Sessions): readonly number[] => tap.sessions().map((session) => session.backendPid);

async function gone(run: Where, tap: Sessions, waitMs: number): Promise<boolean> {
  const deadline = run.now() + waitMs;
  for (let pauseMs = 2; run.now() < deadline; pauseMs = Math.min(50, pauseMs * 2)) {
    run.signal.throwIfAborted();
    const rows = await run.observer.look((admin) =>
      admin.query<{ n: number }>(`SELECT count(*)::int AS n FROM pg_stat_activity WHERE ${isTheirs}`, [
        backendsOf(tap),
      ]),
    );
    if (rows[0]?.n === 0) return true;
    await run.clock.wait(pauseMs, run.signal);
  }
  return false;
}
