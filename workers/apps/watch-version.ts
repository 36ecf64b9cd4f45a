import type { AppName } from '../../shared/domain/bundle.ts';
import type { SteadyAsk, SteadyObservation, SteadyProbe, SteadyProcess } from '../../shared/domain/steady.ts';
import type { HostedProcess } from '../../shared/edge/ports/clone-host.ts';
import type { Tap } from '../../shared/edge/ports/tap.ts';
import type { LiveRun } from '../live-run.ts';
import { lastLines } from '../migration/last-lines.ts';
import { askProbe } from './ask-probe.ts';
import { type RunningApp, startApp } from './start-app.ts';
import { startWorkers } from './start-workers.ts';
import { p95, summarizeStatements } from './summarize-statements.ts';

/** Between two questions: as many people as that use it. */
const pauseMs = 100;

/** Starts a version with its background processes, uses it for a while, and tells what its taps saw. */
export async function watchVersion(run: LiveRun, ask: SteadyAsk): Promise<SteadyObservation> {
  if (run.plan.bundle.manifest.apps === 'none') {
    await run.clock.wait(ask.durationMs, run.signal);
    return { app: ask.app, probes: [], processes: [], connectionsMax: 0, connectionsAllowed: await allowed(run) };
  }
  return await watchProcesses(run, ask, ask.app);
}

async function watchProcesses(run: LiveRun, ask: SteadyAsk, name: AppName): Promise<SteadyObservation> {
  await using app = await startApp(run, run.clone, name);
  await using background = await startWorkers(run, name);
  const { workers } = background;
  const taps = [app.tap, ...workers.map(({ tap }) => tap)];
  using connections = countConnections(taps);
  const probes = app.ready ? await use(run, app, ask) : [];
  return {
    app: name,
    ready: app.ready,
    probes,
    processes: [
      processOf(run, app.tap, app.process, app.ready ? app.endedWith() : undefined),
      ...workers.map(({ name: worker, tap, process, endedWith }) => ({
        worker,
        ...processOf(run, tap, process, endedWith()),
      })),
    ],
    connectionsMax: connections.max(),
    connectionsAllowed: await allowed(run),
  };
}

/** Asks the probes in turn until the time is over; an answer that takes long is one question less. */
async function use(run: LiveRun, app: RunningApp, ask: SteadyAsk): Promise<readonly SteadyProbe[]> {
  const asked = run.plan.bundle.manifest.probes.filter(({ name }) => ask.probes.includes(name));
  const seen = asked.map((probe) => ({ probe, durationsMs: [] as number[], failed: 0, detail: '' }));
  const endMs = run.now() + ask.durationMs;
  for (let turn = 0; run.now() < endMs; turn += 1) {
    run.signal.throwIfAborted();
    const one = seen[turn % Math.max(1, seen.length)];
    if (one !== undefined) {
      const startedMs = run.now();
      const { outcome, detail } = await askProbe(app, run.clone, one.probe, []);
      one.durationsMs.push(run.now() - startedMs);
      if (outcome !== 'pass') {
        one.failed += 1;
        one.detail = detail;
      }
    }
    await run.clock.wait(Math.max(0, Math.min(pauseMs, endMs - run.now())), run.signal);
  }
  return seen.map(({ probe, durationsMs, failed, detail }) => ({
    name: probe.name,
    asked: durationsMs.length,
    failed,
    ...(detail === '' ? {} : { detail }),
    p95Ms: p95(durationsMs),
  }));
}

function processOf(run: LiveRun, tap: Tap, process: HostedProcess, ended: number | undefined): SteadyProcess {
  const { stdout, stderr } = process.output();
  return {
    ...summarizeStatements(tap.statements()),
    ...(ended === undefined ? {} : { endedByItself: ended }),
    logTail: lastLines(`${stdout}\n${stderr}`).map((line) => run.redact.output(line)),
  };
}

/** Looks often enough to see a pool that fills up. */
const countEveryMs = 100;

function countConnections(taps: readonly Tap[]): { max(): number } & Disposable {
  let most = 0;
  const look = () => {
    const open = taps.reduce((sum, tap) => sum + tap.sessions().filter((session) => session.open).length, 0);
    most = Math.max(most, open);
  };
  const timer = setInterval(look, countEveryMs);
  return { max: () => most, [Symbol.dispose]: () => clearInterval(timer) };
}

async function allowed(run: LiveRun): Promise<number> {
  const [row] = await run.observer.look((admin) =>
    admin.query<{ allowed: number }>("SELECT current_setting('max_connections')::int AS allowed"),
  );
  return row?.allowed ?? 0;
}
