import { connect } from 'node:net';
import type { App, AppName } from '../../shared/domain/bundle.ts';
import type { Clone, HostedProcess } from '../../shared/edge/ports/clone-host.ts';
import type { Tap } from '../../shared/edge/ports/tap.ts';
import type { LiveRun } from '../live-run.ts';
import { databaseEnvironment } from '../migration/phase-command.ts';
import { openTap } from '../tap/open-tap.ts';

/** A version of the application on a clone, with its own tap. Leaving its scope stops it. */
export interface RunningApp extends AsyncDisposable {
  readonly name: AppName;
  readonly process: HostedProcess;
  readonly tap: Tap;
  /** `ready` answered (or the port accepted) within the start timeout. */
  readonly ready: boolean;
  readonly url: string;
}

export async function startApp(run: LiveRun, clone: Clone, name: AppName): Promise<RunningApp> {
  const app = appOf(run, name);
  const tap = await openTap({
    listenHost: clone.tapHost,
    server: { host: clone.admin.host, port: clone.admin.port },
    mode: 'plain',
    hooks: {
      arrived: async (statement) => {
        if (clone === run.clone) run.parties.set(statement.backendPid, { role: name });
      },
    },
    now: () => run.now(),
  });
  try {
    const process = await clone.start({
      name,
      ...(app.command === undefined ? {} : { command: app.command }),
      ...(app.image === undefined ? {} : { image: app.image }),
      dir: app.dir,
      env: {
        ...databaseEnvironment(tap, clone.apps, clone.admin.database),
        REHEARSAL_PHASE: '',
        REHEARSAL_VERSION: name,
        ...app.env,
      },
      ...(app.memoryBytes === undefined ? {} : { memoryBytes: app.memoryBytes }),
      listens: true,
    });
    const address = process.http ?? { host: '127.0.0.1', port: 0 };
    const url = `http://${address.host}:${address.port}`;
    const ready = await waitUntilReady(run, app, process, address, url);
    return {
      name,
      process,
      tap,
      ready,
      url,
      async [Symbol.asyncDispose]() {
        await process.stop();
        await process[Symbol.asyncDispose]();
        await tap[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await tap[Symbol.asyncDispose]();
    throw error;
  }
}

function appOf(run: LiveRun, name: AppName): App {
  const { apps } = run.plan.bundle.manifest;
  if (apps === 'none') throw new Error('the bundle has no applications');
  return apps[name];
}

async function waitUntilReady(
  run: LiveRun,
  app: App,
  process: HostedProcess,
  address: { readonly host: string; readonly port: number },
  url: string,
): Promise<boolean> {
  let ended = false;
  void process.exited.then(() => {
    ended = true;
  });
  const deadline = run.now() + app.startTimeoutMs;
  while (!ended && run.now() < deadline) {
    run.signal.throwIfAborted();
    if (app.ready === undefined ? await accepts(address) : await answers(`${url}${app.ready}`)) return !ended;
    await run.clock.wait(25);
  }
  return false;
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch (error) {
    // Not listening yet, or not answering yet: the caller asks again until its deadline.
    if (error instanceof Error) return false;
    throw error;
  }
}

function accepts(address: { readonly host: string; readonly port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address.port, address.host);
    const settle = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
    socket.setTimeout(2_000, () => settle(false));
  });
}
