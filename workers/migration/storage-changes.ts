import type { BuiltObject } from '../../shared/domain/statement.ts';
import type { LiveRun } from '../live-run.ts';
import { builtSince, readBuilt, type Shapes } from '../probes/read-built.ts';
import { readRelfilenodes, readTableBytes, rewrittenRelations } from '../probes/read-relfilenodes.ts';

export interface StorageChanges {
  /** Relations in new files, with what they take up since. */
  readonly rewrote: readonly { readonly relation: string; readonly bytes: number | undefined }[];
  /** With the index's own number, 0 for what is none. */
  readonly built: readonly { readonly object: BuiltObject; readonly oid: number }[];
}

/** What became of the files, indexes and constraints since it was last asked; the first answer is nothing. */
export interface StorageWatch {
  /** Looks for the first time, once. */
  begin(): Promise<void>;
  changes(): Promise<StorageChanges>;
  /** The relation that lies in this file or lay in it when somebody looked. */
  nameOf(filenode: number): string | undefined;
}

export function watchStorage(run: LiveRun): StorageWatch {
  let last: Promise<Shapes> | undefined;
  const names = new Map<number, string>();
  const read = () =>
    run.observer.look(async (admin) => {
      const tables = await readRelfilenodes(admin);
      for (const [relation, { filenode }] of tables) names.set(filenode, relation);
      return { tables, built: await readBuilt(admin) };
    });
  const bytesOf = (oid: number) => run.observer.look((admin) => readTableBytes(admin, oid));
  return {
    nameOf: (filenode) => names.get(filenode),
    async begin() {
      last ??= read();
      await last;
    },
    async changes() {
      const before = await last;
      last = read();
      const after = await last;
      if (before === undefined) return { rewrote: [], built: [] };
      const rewrote = [];
      for (const relation of rewrittenRelations(before.tables, after.tables)) {
        const oid = after.tables.get(relation)?.oid;
        rewrote.push({ relation, bytes: oid === undefined ? undefined : await bytesOf(oid) });
      }
      const built = [];
      for (const { kind, name, relation, oid, table } of builtSince(before, after)) {
        const bytes = await bytesOf(table);
        const object = { kind, name, relation, ...(bytes === undefined ? {} : { relationBytes: bytes }) };
        built.push({ object, oid });
      }
      return { rewrote, built };
    },
  };
}
