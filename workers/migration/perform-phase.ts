import type { Phase } from '../../shared/domain/bundle.ts';
import type { MigrationAttempt } from '../../shared/domain/observation.ts';
import type { HostedProcess } from '../../shared/edge/ports/clone-host.ts';
import type { Tap } from '../../shared/edge/ports/tap.ts';
import type { LiveRun } from '../live-run.ts';
import { openTap } from '../tap/open-tap.ts';
import { errorLines } from './error-lines.ts';
import { lastLines } from './last-lines.ts';
import { backendsGone } from './orphans.ts';
import { phaseProcess } from './phase-command.ts';
import {
  type CommittedChange,
  type RecordOptions,
  recordStatements,
  type StatementRecorder,
} from './record-statements.ts';

/** Even a run that looks beyond the manifest's limits ends before its clone is taken for abandoned. */
const unlimitedMs = 60 * 60_000;
/** … and no longer than so many times what the manifest allows: a command that waits for itself waits for ever. */
const unlimitedTimes = 10;
const unlimitedMsMin = 120_000;
/** Closing a socket takes no time; a busy machine may need some to tell. */
const closingMs = 1_000;

export interface PhaseWatch {
  /** Before the statement is sent; it waits until this settles. */
  arrived?(ordinal: number, at: { readonly backendPid: number; readonly command: Grip }): Promise<void>;
  /** The server committed a change and the command has not heard. */
  committed?(change: CommittedChange, command: Grip): Promise<void>;
}

/** What can be done to a running command. */
export interface Grip {
  readonly pid: number;
  /** Ends it there and then. */
  kill(): Promise<void>;
  /** Ends its connections there and then; it lives, hears nothing more, and may connect again. */
  cut(): void;
}

export interface PhaseOptions {
  readonly attempt: number;
  readonly mode?: 'plain' | 'traced';
  /** False only for the control run that looks beyond the manifest's limits. */
  readonly limited?: boolean;
  readonly watch?: PhaseWatch;
}

/**
 * Runs the command of one phase once, unmodified, through a tap of its own, and waits until the server is done with it.
 * Throws where a look failed: what the attempt did is not known then.
 */
export async function performPhase(run: LiveRun, phase: Phase, options: PhaseOptions): Promise<MigrationAttempt> {
  run.signal.throwIfAborted();
  const { limited = true, mode = 'plain', watch } = options;
  // A command may have connected before the host tells of its start.
  const starting = Promise.withResolvers<HostedProcess>();
  starting.promise.catch(() => undefined);
  let killedByUs = false;
  const kill = async () => {
    killedByUs = true;
    await (await starting.promise).kill();
  };
  const grip = async (): Promise<Grip> => ({ pid: (await starting.promise).pid, kill, cut: () => tap.cut() });
  const recorder = recordStatements(run, {
    mode,
    ...(await serverTimeouts(run)),
    files: phase.run.kind === 'sql' ? phase.run.files : [],
    watch: {
      arrived: async (ordinal, backendPid) => watch?.arrived?.(ordinal, { backendPid, command: await grip() }),
      committed: async (change) => watch?.committed?.(change, await grip()),
      // The failure itself is what the run reports; a kill that came too late adds nothing.
      failed: () => void kill().catch(() => undefined),
    },
  });
  await using tap = await openTap({
    listenHost: run.clone.tapHost,
    server: { host: run.clone.admin.host, port: run.clone.admin.port },
    mode,
    hooks: recorder.hooks,
    now: () => run.now(),
  });
  const startedMs = run.now();
  const request = phaseProcess(phase, run.clone, tap, limited);
  await using command = await run.clone.start(request).catch((error: unknown) => {
    starting.reject(error);
    throw error;
  });
  starting.resolve(command);
  const beganMs = run.now();
  const ended = await untilEnded(run, command, recorder, limited ? phase.timeoutMs : beyondLimitMs(phase));
  run.signal.throwIfAborted();
  const connected = await leftConnected(run, tap);
  if (ended.exit.exitCode === 0 && !killedByUs && (connected || ended.exit.leftRunning === true)) {
    const what = connected ? 'was still connected' : 'went on';
    const because = `a process of ${phase.name} ${what} after its command exited 0; it was ended`;
    run.weaknesses.push({ part: 'migration', because });
  }
  // What the command left running would end with its container.
  if (connected) await command.kill();
  await backendsGone(run, tap, phase);
  const { exit } = ended;
  const { stdout, stderr } = command.output();
  const output = `${stdout}\n${stderr}`;
  const errors = errorLines(output);
  return {
    phase: phase.name,
    attempt: options.attempt,
    exitCode: exit.exitCode,
    ...(exit.signal === undefined ? {} : { signal: exit.signal }),
    oomKilled: exit.oomKilled,
    timedOut: ended.overdue,
    killedByUs,
    durationMs: Math.max(0, ended.atMs - startedMs - ended.brakedMs),
    ...(exit.memoryPeakBytes === undefined ? {} : { memoryPeakBytes: exit.memoryPeakBytes }),
    ...(exit.memory === undefined ? {} : { memory: { ...exit.memory, fromMs: Math.round(beganMs) } }),
    ...(phase.memoryBytes === undefined || !limited ? {} : { memoryLimitBytes: phase.memoryBytes }),
    statements: await recorder.statements(),
    outputTail: lastLines(output).map((line) => run.redact.output(line)),
    ...(errors.length === 0 ? {} : { errorLines: errors.map((line) => run.redact.output(line)) }),
  };
}

const beyondLimitMs = ({ timeoutMs }: Phase): number =>
  Math.min(unlimitedMs, Math.max(unlimitedMsMin, unlimitedTimes * timeoutMs));

/** Until the command ended, was aborted, or had its time; time in which we held it up is not its own. */
async function untilEnded(run: LiveRun, command: HostedProcess, recorder: StatementRecorder, timeoutMs: number) {
  const startedMs = run.now();
  const done = new AbortController();
  const stop = AbortSignal.any([run.signal, done.signal]);
  let overdue = false;
  const guard = (async () => {
    for (;;) {
      const leftMs = timeoutMs - (run.now() - startedMs - recorder.brakedMs());
      if (leftMs <= 0 || stop.aborted) break;
      // Called off means that the command ended, which the next look at `stop` sees.
      await run.clock.wait(leftMs, stop).catch(() => undefined);
    }
    if (done.signal.aborted) return;
    overdue = !run.signal.aborted;
    await command.kill();
  })();
  // A command that cannot be killed is no reason to wait for its end.
  const exit = await Promise.race([command.exited, guard.then(() => command.exited)]);
  const ended = { exit, atMs: run.now(), brakedMs: recorder.brakedMs() };
  done.abort();
  await guard;
  return { ...ended, overdue };
}

/** Sockets of a process that ended close a moment later; what is open after that belongs to one that goes on. */
async function leftConnected(run: LiveRun, tap: Tap): Promise<boolean> {
  const deadline = run.now() + closingMs;
  while (tap.sessions().some((session) => session.open)) {
    if (run.now() > deadline) return true;
    await run.clock.wait(10);
  }
  return false;
}

/** What the server would do to this role's statements, `ALTER ROLE … SET` included; sessions may override it. */
async function serverTimeouts(run: LiveRun): Promise<Pick<RecordOptions, 'lockTimeoutMs' | 'statementTimeoutMs'>> {
  await using session = await run.sql.connect(
    { ...run.clone.admin, user: run.clone.migrate.user, password: run.clone.migrate.password },
    'rehearsal/settings',
    'of-the-role',
  );
  const rows = await session.query<{ name: string; setting: string }>(
    `SELECT name, setting FROM pg_settings WHERE name IN ('lock_timeout', 'statement_timeout')`,
  );
  const ms = (name: string) => Number(rows.find((row) => row.name === name)?.setting ?? 0);
  return { lockTimeoutMs: ms('lock_timeout'), statementTimeoutMs: ms('statement_timeout') };
}
