import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bundle, type Manifest, sqlSnapshotMajor } from '../shared/domain/bundle.ts';
import type { RunResult } from '../shared/domain/observation.ts';
import type { Room } from '../shared/domain/placement.ts';
import type { RunSpec, Scenario } from '../shared/domain/run.ts';
import { scenarios } from '../shared/domain/run.ts';
import type { SnapshotFacts } from '../shared/domain/snapshot.ts';
import { bundleLimits } from '../shared/edge/adapters/bundle/limits.ts';
import { loadBundle } from '../shared/edge/adapters/bundle/load-bundle.ts';
import { installTools } from '../shared/edge/adapters/install-tools.ts';
import { pgSql } from '../shared/edge/adapters/pg-sql.ts';
import { catalogDrafts } from '../shared/edge/adapters/repair/catalog-drafts.ts';
import { deltaDrafts } from '../shared/edge/adapters/repair/delta-drafts.ts';
import { systemClock } from '../shared/edge/adapters/system-clock.ts';
import type { CloneHost } from '../shared/edge/ports/clone-host.ts';
import type { SealedSnapshot } from '../shared/edge/ports/snapshots.ts';
import { defaultRules } from '../shared/judge/default-rules.ts';
import { withWorkload } from '../shared/plan/captured-load.ts';
import { chooseEnvironment } from '../shared/plan/choose-environment.ts';
import { manifestFile } from '../shared/plan/read-bundle.ts';
import { rehearsalIdOf, seedOf } from '../shared/plan/rehearsal-id.ts';
import { otherMajor } from '../shared/plan/snapshot-major.ts';
import { readHints } from './hints/read-hints.ts';
import { chooseHost, type HostChoice } from './hosts/choose-host.ts';
import { type DataRoot, openDataRoot } from './hosts/data-root.ts';
import { diskLimits } from './hosts/disk-limits.ts';
import { takeTurn } from './hosts/machine-turns.ts';
import { majors } from './hosts/process/runtime.ts';
import { makeWorkspace, removeWorkspace, type Workspace } from './hosts/workspace.ts';
import { lookIntoImages } from './hotpatches-in-image.ts';
import { imagesOfVersions } from './images-of-versions.ts';
import { performInTurn, waiting } from './perform-in-turn.ts';
import type { RunContext } from './perform-run.ts';
import { openSnapshots } from './snapshots/open-snapshots.ts';

/** Leaving its scope, or the engine's, removes what was unpacked. */
export type LoadedBundle = { readonly bundle: Bundle; readonly dir: string } & AsyncDisposable;

export interface PrepareOptions {
  readonly seed?: number;
  readonly only?: readonly Scenario[];
  /** `name` or `name@version`, instead of the manifest's. */
  readonly snapshot?: string;
  /** Ends the making of a snapshot; what was made of it is removed. */
  readonly signal?: AbortSignal;
}

export interface EngineOptions {
  readonly dataRoot: string;
  readonly host: HostChoice;
  /** Ends the set-up. */
  readonly signal?: AbortSignal;
  /** Hears, a sentence each, what was decided or is waited for because of this machine. */
  readonly says?: (sentence: string) => void;
}

/** The pipeline put together for one process; the command line and the worker both drive it. */
export interface Engine extends AsyncDisposable {
  readonly host: CloneHost;
  /** What stays as it is of what this machine has for runs. */
  readonly offer: Pick<Room, 'majors' | 'diskReserveBytes' | 'copiesInFull'>;
  /** Without a name it is read for the environment that its manifest names. */
  load(path: string, environment?: string): Promise<LoadedBundle>;
  /** Finds or builds the snapshot and makes the plan; the same question gets the same plan. */
  prepare(loaded: LoadedBundle, options?: PrepareOptions): Promise<RunContext>;
  perform(context: RunContext, spec: RunSpec, signal: AbortSignal): Promise<RunResult>;
  /** Snapshots of this machine that have a name of their own. */
  registered(): Promise<readonly SnapshotFacts[]>;
}

export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { signal } = options;
  await using opened = new AsyncDisposableStack();
  const dataRoot = await openDataRoot(options.dataRoot);
  opened.defer(() => dataRoot.close());
  const clock = systemClock;
  const sql = pgSql;
  const { says = () => undefined } = options;
  if (dataRoot.isRemarkable) says(dataRoot.says);
  const host = await chooseHost(options.host, { dataRoot, sql, clock, says, ...(signal && { signal }) });
  await host.reap();
  signal?.throwIfAborted();
  const snapshots = await openSnapshots({ dataRoot, sql, clock });
  const toolsDir = await installTools(dataRoot.dir);
  const unpacked = new Set<Workspace>();
  opened.defer(async () => {
    for (const workspace of unpacked) await removeWorkspace(workspace);
  });
  const held = opened.move();
  return {
    host,
    offer: {
      // An image of any major may be had where the engine pulls it.
      ...(host.kind === 'docker' ? {} : { majors }),
      diskReserveBytes: diskLimits(process.env).reserveBytes,
      copiesInFull: dataRoot.method === 'copy',
    },
    load: (path, environment) => loadInto(dataRoot, path, unpacked, environment),
    async prepare(loaded, { seed, only, snapshot: name, signal } = {}) {
      signal?.throwIfAborted();
      await using _turn = await takeTurn(dataRoot.locks, 'shared', {
        signal: signal ?? neverAborted,
        onWait: (holder, how) => says(waiting('the snapshot', holder, how)),
      });
      const snapshot = await findSnapshot(snapshots, loaded, name, signal);
      const refusal = otherMajor(loaded.bundle.manifest, snapshot.facts, await manifestTextOf(loaded));
      if (refusal !== undefined) throw refusal;
      const rules = defaultRules();
      const bundle = withWorkload(loaded.bundle, snapshot.workload);
      const chosen = seed ?? seedOf(bundle.digest);
      return {
        plan: {
          rehearsalId: rehearsalIdOf({
            bundle: bundle.digest,
            snapshot: snapshot.facts.digest,
            rules: rules.digest,
            seed: chosen,
            ...(bundle.manifest.environments === undefined ? {} : { environment: bundle.manifest.environment }),
          }),
          bundle,
          snapshot: snapshot.facts,
          host: await host.facts(snapshot.facts.major),
          rules,
          seed: chosen,
          only: only ?? scenarios,
          ...(await lookIntoImages(bundle, host, signal)),
          ...(await imagesOfVersions(bundle.manifest, host, signal)),
          staticHints: await readHints(bundle, loaded.dir, { major: snapshot.facts.major }),
        },
        snapshot: withRoles(snapshot, bundle.manifest.roles),
        bundleDir: loaded.dir,
        toolsDir,
        host,
        sql,
        clock,
        repairs: { ...catalogDrafts, otherwise: deltaDrafts },
        repairsTried: new Map(),
      };
    },
    perform: (context, spec, runSignal) => performInTurn({ dataRoot, says }, context, spec, runSignal),
    registered: async () =>
      (await snapshots.list()).map(({ sealed }) => sealed.facts).filter(({ name }) => name !== 'sql'),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

/** A directory is read in place; what is unpacked is signed, so that an owner that dies leaves nothing unknown. */
async function loadInto(
  dataRoot: DataRoot,
  path: string,
  unpacked: Set<Workspace>,
  environment: string | undefined,
): Promise<LoadedBundle> {
  await dataRoot.requireFree(await unpackedBytes(path));
  const expiresAt = new Date(Date.now() + unpackedLifeMs);
  const workspace = await makeWorkspace(dataRoot.scratch, { rehearsalId: 'bundle', runId: 'bundle', expiresAt });
  unpacked.add(workspace);
  const remove = async () => {
    await removeWorkspace(workspace);
    unpacked.delete(workspace);
  };
  try {
    const loaded = await loadBundle(path, workspace.dir);
    const bundle = chooseEnvironment(loaded.bundle, environment);
    if (loaded.unpacked === undefined) await remove();
    return { ...loaded, bundle, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** A worker keeps an unpacked bundle until its rehearsal is over. */
const unpackedLifeMs = 7 * 24 * 3_600_000;
/** What an ordinary archive grows to; the bundle's own limits hold for the others. */
const unpackedPerByte = 8;
const neverAborted = new AbortController().signal;

/** None for a directory; a path that is not there is told by whoever reads it. */
async function unpackedBytes(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true ? Math.min(bundleLimits.unpackedBytesMax, found.size * unpackedPerByte) : 0;
}

/** Roles of the snapshot that the manifest names instead of the owner of most tables; their passwords are one. */
function withRoles(snapshot: SealedSnapshot, roles: Manifest['roles']): SealedSnapshot {
  return {
    ...snapshot,
    migrate: { ...snapshot.migrate, user: roles?.migrate ?? snapshot.migrate.user },
    apps: { ...snapshot.apps, user: roles?.apps ?? snapshot.apps.user },
  };
}

const manifestTextOf = ({ dir }: LoadedBundle): Promise<string> => readFile(join(dir, manifestFile), 'utf8');

type Finder = Awaited<ReturnType<typeof openSnapshots>>;

function findSnapshot(
  snapshots: Finder,
  loaded: LoadedBundle,
  named: string | undefined,
  signal: AbortSignal | undefined,
): Promise<SealedSnapshot> {
  const { snapshot, postgres } = loaded.bundle.manifest;
  if (named !== undefined) {
    const [name = '', version] = named.split('@');
    return snapshots.find(name, version);
  }
  return snapshot.kind === 'registered'
    ? snapshots.find(snapshot.name, snapshot.version)
    : snapshots.fromSql({
        bundleDir: loaded.dir,
        files: snapshot.files,
        major: postgres.major ?? sqlSnapshotMajor,
        ...(signal && { signal }),
      });
}
