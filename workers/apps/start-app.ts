import { connect } from 'node:net';
import type { App, AppName } from '../../shared/domain/bundle.ts';
import type { Clone, HostedProcess } from '../../shared/edge/ports/clone-host.ts';
import type { ServerAddress } from '../../shared/edge/ports/sql.ts';
import type { Tap } from '../../shared/edge/ports/tap.ts';
import type { LiveRun } from '../live-run.ts';
import { databaseEnvironment, databaseUrl } from '../migration/phase-command.ts';
import { openTap } from '../tap/open-tap.ts';
import { sendRequest } from './send-request.ts';

/** An application that hangs is asked again before its start timeout is over. */
const askTimeoutMs = 2_000;

/** A version of the application on a clone, with its own tap. Leaving its scope stops it. */
export interface RunningApp extends AsyncDisposable {
  readonly name: AppName;
  readonly process: HostedProcess;
  readonly tap: Tap;
  /** Where it was told to read, if that is another server. */
  readonly readTap?: Tap;
  /** `ready` answered (or the port accepted) within the start timeout. */
  readonly ready: boolean;
  /** Exit code, once it has ended. */
  endedWith(): number | undefined;
  readonly url: string;
}

export interface AppOptions {
  /** The server that `READ_DATABASE_URL` leads to; default: the same as `DATABASE_URL`. */
  readonly readsFrom?: ServerAddress;
}

export async function startApp(
  run: LiveRun,
  clone: Clone,
  name: AppName,
  { readsFrom }: AppOptions = {},
): Promise<RunningApp> {
  run.signal.throwIfAborted();
  const app = appOf(run, name);
  await using made = new AsyncDisposableStack();
  const tap = made.use(
    await openTap({
      listenHost: clone.tapHost,
      server: { host: clone.admin.host, port: clone.admin.port },
      mode: 'plain',
      hooks: {
        arrived: async (statement) => {
          if (clone === run.clone) run.parties.set(statement.backendPid, { role: name });
        },
      },
      now: () => run.now(),
    }),
  );
  const readTap = readsFrom === undefined ? undefined : made.use(await openReadTap(run, clone, readsFrom));
  // Left before the tap: an application that says goodbye to its database is heard.
  const process = made.use(
    await clone.start({
      name,
      ...(app.command === undefined ? {} : { command: app.command }),
      ...(app.image === undefined ? {} : { image: app.image }),
      dir: app.dir,
      ...(app.writable === undefined ? {} : { writable: app.writable }),
      env: {
        ...databaseEnvironment(tap, clone.apps, clone.admin.database),
        READ_DATABASE_URL: databaseUrl(readTap ?? tap, clone.apps, clone.admin.database),
        REHEARSAL_PHASE: '',
        REHEARSAL_VERSION: name,
        ...app.env,
      },
      ...(app.memoryBytes === undefined ? {} : { memoryBytes: app.memoryBytes }),
      listens: true,
    }),
  );
  let endedWith: number | undefined;
  void process.exited.then(({ exitCode }) => {
    endedWith = exitCode;
  });
  const address = process.http ?? { host: '127.0.0.1', port: 0 };
  const url = `http://${address.host}:${address.port}`;
  const ready = await waitUntilReady(run, app, process, address, url);
  const owned = made.move();
  const alive = { ready, endedWith: () => endedWith };
  const reads = readTap === undefined ? {} : { readTap };
  return { name, process, tap, ...reads, ...alive, url, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function openReadTap(run: LiveRun, clone: Clone, { host, port }: ServerAddress): Promise<Tap> {
  return openTap({ listenHost: clone.tapHost, server: { host, port }, mode: 'plain', now: () => run.now() });
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
  for (let pauseMs = 5; !ended && run.now() < deadline; pauseMs = Math.min(50, pauseMs * 2)) {
    run.signal.throwIfAborted();
    const leftMs = Math.min(askTimeoutMs, Math.max(1, deadline - run.now()));
    if (app.ready === undefined ? await accepts(address, leftMs) : await answers(`${url}${app.ready}`, leftMs))
      return !ended;
    await run.clock.wait(pauseMs, run.signal);
  }
  return false;
}

async function answers(url: string, timeoutMs: number): Promise<boolean> {
  try {
    const { status } = await sendRequest({ method: 'GET', url, headers: {}, timeoutMs });
    return status >= 200 && status < 300;
  } catch (error) {
    // Not listening yet, or not answering yet: the caller asks again until its deadline.
    if (error instanceof Error) return false;
    throw error;
  }
}

function accepts(address: { readonly host: string; readonly port: number }, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address.port, address.host);
    const settle = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
    socket.setTimeout(timeoutMs, () => settle(false));
  });
}
