import type { Phase } from '../../shared/domain/bundle.ts';
import type { MigrationAttempt } from '../../shared/domain/observation.ts';
import type { HostedProcess } from '../../shared/edge/ports/clone-host.ts';
import type { Tap } from '../../shared/edge/ports/tap.ts';
import type { LiveRun } from '../live-run.ts';
import { openTap } from '../tap/open-tap.ts';
import { phaseProcess } from './phase-command.ts';
import { type CommittedChange, recordStatements } from './record-statements.ts';

/** A statement may go on at the server after its client is gone; so long do we wait to see what came of it. */
const orphanWaitMs = 60_000;

export interface PhaseWatch {
  /** Before the statement is sent; it waits until this settles. */
  arrived?(ordinal: number): Promise<void>;
  /** The server committed a change and the command has not heard; `kill` ends the command there and then. */
  committed?(change: CommittedChange, command: { readonly pid: number; kill(): Promise<void> }): Promise<void>;
}

export interface PhaseOptions {
  readonly attempt: number;
  readonly mode?: 'plain' | 'traced';
  /** False only for the control run that looks beyond the manifest's limits. */
  readonly limited?: boolean;
  readonly watch?: PhaseWatch;
}

/** Runs the command of one phase once, unmodified, through a tap of its own, and waits until the server is done with it. */
export async function performPhase(run: LiveRun, phase: Phase, options: PhaseOptions): Promise<MigrationAttempt> {
  let command: HostedProcess | undefined;
  let killedByUs = false;
  const kill = async () => {
    killedByUs = true;
    await command?.kill();
  };
  const files = phase.run.kind === 'sql' ? phase.run.files : [];
  const recorder = recordStatements(run, await serverLockTimeoutMs(run), files, {
    ...(options.watch?.arrived === undefined ? {} : { arrived: options.watch.arrived }),
    committed: async (change) => options.watch?.committed?.(change, { pid: command?.pid ?? 0, kill }),
  });
  await using tap = await openTap({
    listenHost: run.clone.tapHost,
    server: { host: run.clone.admin.host, port: run.clone.admin.port },
    mode: options.mode ?? 'plain',
    hooks: recorder.hooks,
    now: () => run.now(),
  });
  const startedMs = run.now();
  await using started = await run.clone.start(phaseProcess(phase, run.clone, tap, options.limited ?? true));
  command = started;
  const abort = () => void kill();
  run.signal.addEventListener('abort', abort, { once: true });
  const exit = await started.exited;
  run.signal.removeEventListener('abort', abort);
  run.signal.throwIfAborted();
  await backendsGone(run, tap);
  const { stdout, stderr } = started.output();
  return {
    phase: phase.name,
    attempt: options.attempt,
    exitCode: exit.exitCode,
    ...(exit.signal === undefined ? {} : { signal: exit.signal }),
    oomKilled: exit.oomKilled,
    timedOut: exit.timedOut,
    killedByUs,
    durationMs: run.now() - startedMs,
    ...(exit.memoryPeakBytes === undefined ? {} : { memoryPeakBytes: exit.memoryPeakBytes }),
    ...(phase.memoryBytes === undefined || options.limited === false ? {} : { memoryLimitBytes: phase.memoryBytes }),
    statements: await recorder.statements(),
    outputTail: lastLines(`${stdout}\n${stderr}`).map((line) => run.redact(line)),
  };
}

/** What the server would do to this role's statements, `ALTER ROLE … SET` included; sessions may override it. */
async function serverLockTimeoutMs(run: LiveRun): Promise<number> {
  await using session = await run.sql.connect(
    { ...run.clone.admin, user: run.clone.migrate.user, password: run.clone.migrate.password },
    'rehearsal/settings',
  );
  const rows = await session.query<{ setting: string }>(`SELECT setting FROM pg_settings WHERE name = 'lock_timeout'`);
  return Number(rows[0]?.setting ?? 0);
}

async function backendsGone(run: LiveRun, tap: Tap): Promise<void> {
  const pids = tap.sessions().map((session) => session.backendPid);
  const deadline = run.now() + orphanWaitMs;
  while (run.now() < deadline) {
    const rows = await run.admin.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM pg_stat_activity WHERE pid = ANY($1)',
      [pids],
    );
    if (rows[0]?.n === 0) return;
    await run.clock.wait(10);
  }
}

const lastLines = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-20);
