import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RehearsalId } from '../../shared/domain/ids.ts';
import type { Store, StoredRehearsal } from '../../shared/edge/ports/store.ts';
import type { Pipeline, Prepared } from './pipeline.ts';

/** Rehearsals that this worker has unpacked; kept until they are over, because every run of them needs it. */
export interface Preparations extends AsyncDisposable {
  of(rehearsal: StoredRehearsal): Promise<Prepared>;
  /** Removes those whose rehearsal is over, wherever it ended. */
  dropFinished(): Promise<void>;
}

export interface PreparationsOptions {
  readonly store: Store;
  readonly pipeline: Pipeline;
  readonly dataRoot: string;
}

export function keepPreparations({ store, pipeline, dataRoot }: PreparationsOptions): Preparations {
  const kept = new Map<RehearsalId, Promise<Prepared>>();
  const make = async (rehearsal: StoredRehearsal): Promise<Prepared> => {
    const directory = join(dataRoot, 'bundles');
    await mkdir(directory, { recursive: true });
    const archive = join(directory, `${rehearsal.id}-${process.pid}.bundle`);
    try {
      await store.bundles.fetch(rehearsal.bundleDigest, archive);
      return await pipeline.prepare(archive, rehearsal, await store.rehearsals.plan(rehearsal.id));
    } finally {
      // From here on the unpacked bundle is used; the archive stays in the store.
      await rm(archive, { force: true });
    }
  };
  const drop = async (id: RehearsalId) => {
    const preparation = kept.get(id);
    kept.delete(id);
    await (await preparation)?.[Symbol.asyncDispose]();
  };
  return {
    of: (rehearsal) => {
      const existing = kept.get(rehearsal.id);
      if (existing !== undefined) return existing;
      const preparation = make(rehearsal);
      kept.set(rehearsal.id, preparation);
      // A failed one is forgotten, so that the next try is a real one; whoever awaits it hears why.
      preparation.catch(() => kept.delete(rehearsal.id));
      return preparation;
    },
    dropFinished: async () => {
      const unfinished = new Set(await store.rehearsals.unfinished());
      for (const id of kept.keys()) if (!unfinished.has(id)) await drop(id);
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.allSettled([...kept.keys()].map(drop));
    },
  };
}
