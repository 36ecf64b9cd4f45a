import type { AppName, AppWorker } from '../../shared/domain/bundle.ts';
import type { Clone, HostedProcess } from '../../shared/edge/ports/clone-host.ts';
import type { Tap } from '../../shared/edge/ports/tap.ts';
import type { LiveRun } from '../live-run.ts';
import { databaseEnvironment, databaseUrl } from '../migration/phase-command.ts';
import { openTap } from '../tap/open-tap.ts';

/** A background process of a version, with a tap of its own. Leaving its scope stops it. */
export interface RunningWorker extends AsyncDisposable {
  readonly name: string;
  readonly process: HostedProcess;
  readonly tap: Tap;
  /** Exit code, once it has ended. */
  endedWith(): number | undefined;
}

export interface Background extends AsyncDisposable {
  readonly workers: readonly RunningWorker[];
}

/** All background processes of a version on a clone; leaving the scope stops them. */
export async function startWorkers(run: LiveRun, name: AppName, clone: Clone = run.clone): Promise<Background> {
  const { apps } = run.plan.bundle.manifest;
  await using made = new AsyncDisposableStack();
  const workers: RunningWorker[] = [];
  for (const worker of apps === 'none' ? [] : apps[name].workers) {
    workers.push(made.use(await startWorker(run, clone, name, worker)));
  }
  const owned = made.move();
  return { workers, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function startWorker(run: LiveRun, clone: Clone, version: AppName, worker: AppWorker): Promise<RunningWorker> {
  run.signal.throwIfAborted();
  const { apps } = run.plan.bundle.manifest;
  if (apps === 'none') throw new Error('the bundle has no applications');
  const { dir, image, writable, memoryBytes } = apps[version];
  await using made = new AsyncDisposableStack();
  const tap = made.use(
    await openTap({
      listenHost: clone.tapHost,
      server: { host: clone.admin.host, port: clone.admin.port },
      mode: 'plain',
      hooks: {
        arrived: async ({ backendPid }) => {
          if (clone === run.clone) run.parties.set(backendPid, { role: version, worker: worker.name });
        },
      },
      now: () => run.now(),
    }),
  );
  const process = made.use(
    await clone.start({
      name: worker.name,
      command: worker.command,
      ...(image === undefined ? {} : { image }),
      dir,
      ...(writable === undefined ? {} : { writable }),
      env: {
        ...databaseEnvironment(tap, clone.apps, clone.admin.database),
        READ_DATABASE_URL: databaseUrl(tap, clone.apps, clone.admin.database),
        REHEARSAL_PHASE: '',
        REHEARSAL_VERSION: version,
        ...worker.env,
      },
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
    }),
  );
  let ended: number | undefined;
  void process.exited.then(({ exitCode }) => {
    ended = exitCode;
  });
  const owned = made.move();
  return {
    name: worker.name,
    process,
    tap,
    endedWith: () => ended,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
