import { chmod, mkdir, readdir, readFile, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RehearsalError } from '../../shared/domain/problem.ts';
import { lockFile } from '../../shared/edge/adapters/directory-lock.ts';
import type { Clock } from '../../shared/edge/ports/clock.ts';
import type { SealedSnapshot } from '../../shared/edge/ports/snapshots.ts';
import type { DataRoot } from '../hosts/data-root.ts';
import { removeTree } from '../hosts/remove-tree.ts';
import { contentOf } from './seal.ts';

export type SnapshotKind = 'sql' | 'dump' | 'dsn' | 'pgdata';

export interface StoredSnapshot {
  readonly sealed: SealedSnapshot;
  readonly kind: SnapshotKind;
  readonly createdAt: string;
  /** Over the sealed PGDATA itself, for `verify`. */
  readonly contentDigest: string;
}

export type SnapshotDraft = Omit<SealedSnapshot, 'facts' | 'pgdata'> & {
  readonly kind: SnapshotKind;
  readonly facts: Omit<SealedSnapshot['facts'], 'bytes'>;
  /** A cleanly stopped PGDATA on the same file system; it is taken away. */
  readonly pgdata: string;
};

const metadataFile = 'snapshot.json';
/** Apart, because metadata is read every few seconds and they may be thousands. */
const queriesFile = 'queries.json';
/** An import may take hours, and whoever asks for the same content waits for it. */
const buildWaitMs = 6 * 3_600_000;
const unusedExpiresMs = 7 * 24 * 3_600_000;

/** Sealed snapshots by name and version, each in a directory that appears at once and is never changed. */
export class SnapshotStore {
  readonly #root: DataRoot;
  readonly #clock: Clock;

  constructor(root: DataRoot, clock: Clock) {
    this.#root = root;
    this.#clock = clock;
  }

  /** Newest first, without their queries. */
  async list(): Promise<readonly StoredSnapshot[]> {
    const names = await readdir(this.#root.snapshots);
    const read = await Promise.all(names.map((name) => this.#read(join(this.#root.snapshots, name))));
    const known = read.filter((stored) => stored !== undefined);
    return known.sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  }

  async find(name: string, version?: string): Promise<StoredSnapshot> {
    const all = await this.list();
    const found = all.find(
      ({ sealed: { facts } }) => facts.name === name && (version ?? facts.version) === facts.version,
    );
    if (found === undefined) throw unknownSnapshot(version === undefined ? name : `${name}@${version}`, all);
    const queries = await readFile(join(found.sealed.pgdata, '..', queriesFile), 'utf8').catch(ifMissing);
    return queries === undefined ? found : { ...found, sealed: { ...found.sealed, queries: JSON.parse(queries) } };
  }

  /** What `version` names, made by `build` where it is not there yet; whoever asks meanwhile waits and finds it. */
  async findOrBuild(
    name: string,
    version: string,
    build: () => Promise<StoredSnapshot>,
    signal?: AbortSignal,
  ): Promise<StoredSnapshot> {
    const dir = this.#directory(name, version);
    const ready = await this.#use(dir);
    if (ready !== undefined) return ready;
    await using _ = await lockFile(join(this.#root.locks, `snapshot-${name}-${version}`), buildWaitMs, signal);
    return (await this.#use(dir)) ?? (await build());
  }

  async seal({ facts, pgdata, kind, queries, ...logins }: SnapshotDraft): Promise<StoredSnapshot> {
    const dir = this.#directory(facts.name, facts.version);
    const draft = `${dir}.draft-${process.pid}`;
    const { digest: contentDigest, bytes } = await contentOf(pgdata);
    await mkdir(draft, { mode: 0o700 });
    try {
      await rename(pgdata, join(draft, 'pgdata'));
      await chmod(join(draft, 'pgdata'), 0o500);
      const createdAt = this.#clock.wallTime().toISOString();
      const metadata = { kind, createdAt, contentDigest, sealed: { ...logins, facts: { ...facts, bytes } } };
      await writeFile(join(draft, metadataFile), JSON.stringify(metadata, null, 2), { mode: 0o400 });
      if (queries !== undefined) await writeFile(join(draft, queriesFile), JSON.stringify(queries), { mode: 0o400 });
      await rename(draft, dir);
    } catch (error) {
      await removeTree(draft);
      throw error;
    }
    return this.find(facts.name, facts.version);
  }

  async verify(name: string, version?: string): Promise<boolean> {
    const { sealed, contentDigest } = await this.find(name, version);
    return (await contentOf(sealed.pgdata)).digest === contentDigest;
  }

  async prune(keep: number): Promise<readonly StoredSnapshot[]> {
    const seen = new Map<string, number>();
    const pruned: StoredSnapshot[] = [];
    for (const stored of await this.list()) {
      const { name, version } = stored.sealed.facts;
      const rank = (seen.get(name) ?? 0) + 1;
      seen.set(name, rank);
      const dir = this.#directory(name, version);
      const isOld = name === 'sql' ? await this.#isUnused(dir) : rank > keep;
      if (!isOld) continue;
      // Out of sight at once, so that nobody begins to clone what is going away.
      const going = join(this.#root.scratch, `pruned-${name}-${version}-${process.pid}`);
      await rename(dir, going);
      await removeTree(going);
      pruned.push(stored);
    }
    return pruned;
  }

  async #use(dir: string): Promise<StoredSnapshot | undefined> {
    const stored = await this.#read(dir);
    const now = this.#clock.wallTime();
    if (stored !== undefined) await utimes(dir, now, now);
    return stored;
  }

  async #isUnused(dir: string): Promise<boolean> {
    return this.#clock.wallTime().getTime() - (await stat(dir)).mtimeMs > unusedExpiresMs;
  }

  async #read(dir: string): Promise<StoredSnapshot | undefined> {
    if (dir.includes('.draft-')) return undefined;
    const text = await readFile(join(dir, metadataFile), 'utf8').catch(ifMissing);
    if (text === undefined) return undefined;
    // Only `seal` writes it, and only whole directories appear.
    const stored = JSON.parse(text) as StoredSnapshot;
    return { ...stored, sealed: { ...stored.sealed, pgdata: join(dir, 'pgdata') } };
  }

  #directory(name: string, version: string): string {
    return join(this.#root.snapshots, `${name}@${version}`);
  }
}

function ifMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}

function unknownSnapshot(asked: string, all: readonly StoredSnapshot[]): RehearsalError {
  const known = all
    .filter(({ sealed }) => sealed.facts.name !== 'sql')
    .map(({ sealed: { facts } }) => `${facts.name}@${facts.version}`);
  return new RehearsalError(
    'bundle',
    'unknown-snapshot',
    `there is no snapshot ${asked}; known: ${known.length === 0 ? 'none' : known.join(', ')}`,
    `make it: rehearse snapshot create ${asked.split('@')[0] ?? asked} --from dump FILE --policy FILE`,
  );
}
