import type { Cut, CutMoment, InterruptionRun } from '../../shared/domain/run.ts';
import { SqlError, type SqlSession } from '../../shared/edge/ports/sql.ts';
import type { LiveRun } from '../live-run.ts';
import type { Grip, PhaseWatch } from '../migration/perform-phase.ts';
import { fullXid, lookAtBackend } from '../probes/look-at-backend.ts';
import { type Midway, watchMidway } from './midway.ts';

/** A server notices a killed session at once. */
const crashWaitMs = 10_000;

/** What was done, and to whom. */
export interface Struck {
  readonly moment: CutMoment;
  readonly pid: number;
  readonly backendPid: number;
  readonly xid: bigint | undefined;
}

export interface Striking {
  readonly watch: PhaseWatch;
  struck(): Struck | undefined;
  /** Nothing is struck any more; throws what went wrong on the way. */
  end(): Promise<void>;
}

interface Target {
  readonly backendPid: number;
  readonly command: Grip;
  readonly xid: bigint | undefined;
}

/**
 * Does once what the run is for, at its statement. One that was over before anybody could strike in its midst is struck
 * after it, and said so.
 */
export function strikeOnce(run: LiveRun<InterruptionRun>): Striking {
  const { cut = 'kill-command', moment = 'after', ordinal: wanted, waitsForOthers = false } = run.spec;
  let struck: Struck | undefined;
  let midway: Midway | undefined;
  const hit = async (now: CutMoment, { backendPid, command, xid }: Target) => {
    if (struck !== undefined) return;
    struck = { moment: now, pid: command.pid, backendPid, xid };
    await strike(run, cut, now, { backendPid, command, xid });
  };
  return {
    watch: {
      arrived: async (ordinal, { backendPid, command }) => {
        if (ordinal !== wanted || moment === 'after' || struck !== undefined) return;
        const hitNow = async () => {
          const look = await run.observer.look((admin) => lookAtBackend(admin, backendPid));
          await hit(moment, { backendPid, command, xid: fullXid(look) });
        };
        if (moment === 'before') await hitNow();
        else midway = await watchMidway(run, backendPid, { waitsForOthers, reached: hitNow });
      },
      committed: async ({ ordinal, backendPid, xid }, command) => {
        if (ordinal !== wanted) return;
        await midway?.end();
        await hit('after', { backendPid, command, xid });
      },
    },
    struck: () => struck,
    end: async () => midway?.end(),
  };
}

async function strike(run: LiveRun, cut: Cut, moment: CutMoment, target: Target): Promise<void> {
  await end(run, cut, target);
  // What the server had answered before it was ended must not arrive.
  if (moment === 'after') target.command.cut();
}

async function end(run: LiveRun, cut: Cut, { backendPid, command }: Target): Promise<void> {
  switch (cut) {
    case 'kill-command':
      return await command.kill();
    case 'cut-connection':
      return command.cut();
    case 'kill-backend':
      await run.observer.look((admin) => admin.query('SELECT pg_terminate_backend($1, 5000)', [backendPid]));
      return;
    case 'out-of-memory':
      return await killAsForMemory(run, backendPid);
    case 'kill-server':
      return await run.clone.crash();
  }
}

/** SIGKILL from inside the server's own room, which both hosts have: the server ends every session and recovers. */
async function killAsForMemory(run: LiveRun, backendPid: number): Promise<void> {
  await using session = await run.sql.connect(run.clone.admin, 'rehearsal/killer');
  const deadline = run.now() + crashWaitMs;
  // Nothing is copied: a program that has ended already would not take it.
  let refusal = await refusalOf(session, `COPY (SELECT WHERE false) TO PROGRAM 'kill -9 ${backendPid}'`);
  // Ours ends with the others; until then the server has not begun to recover.
  for (let said = refusal; said !== 'lost'; said = await refusalOf(session, 'SELECT pg_sleep(0.01)')) {
    refusal ??= said;
    if (run.now() < deadline) continue;
    throw new Error('the server went on after one of its sessions was to be killed', { cause: refusal });
  }
}

/** What the server says against it; `lost`: the session has ended. */
async function refusalOf(session: SqlSession, sql: string): Promise<SqlError | 'lost' | undefined> {
  try {
    await session.query(sql);
    return undefined;
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return error.sqlstate === undefined || /^(08|57P)/.test(error.sqlstate) ? 'lost' : error;
  }
}
