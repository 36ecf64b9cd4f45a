import type { ProblemPlace } from '../../../domain/problem.ts';
import { invalidBundle } from '../../../plan/invalid-bundle.ts';
import { ByteSource } from './byte-source.ts';
import { EntryJudge } from './judge-entries.ts';
import { type BundleLimits, packAgain, streamBytesMax } from './limits.ts';
import { readTar } from './read-tar.ts';
import { BundleUnreadable } from './unreadable.ts';
import { EntryWriter } from './write-entries.ts';

/** An archive that can be read from its beginning any number of times. */
export interface Archive {
  readonly sizeBytes: number;
  open(): AsyncIterable<Buffer>;
}

/**
 * Unpacks what is safe of an archive into an empty directory and tells what is not. It is read twice: before a byte is
 * written the whole of it is known to be within the limits. Nothing is written outside of `dir`, whatever it says.
 * Throws RehearsalError `invalid-bundle` where reading on would be pointless or too much.
 */
export async function unpackArchive(
  archive: Archive,
  dir: string,
  limits: BundleLimits,
): Promise<readonly ProblemPlace[]> {
  await readOnce(archive, null, limits);
  return readOnce(archive, dir, limits);
}

/** `dir` null: nothing is written. */
async function readOnce(archive: Archive, dir: string | null, limits: BundleLimits): Promise<readonly ProblemPlace[]> {
  const source = new ByteSource(archive.open(), streamBytesMax(limits));
  const judge = new EntryJudge(archive.sizeBytes, limits);
  const writer = dir === null ? null : new EntryWriter(source, dir);
  let entries = 0;
  try {
    for await (const entry of readTar(source)) {
      entries += 1;
      const kept = judge.keep(entry);
      if (kept !== null) await writer?.write(kept);
    }
    if (entries === 0) throw new BundleUnreadable({ message: `The archive is empty. ${packAgain}` });
    await writer?.makeLinks();
    return judge.problems;
  } catch (error) {
    if (error instanceof BundleUnreadable) throw invalidBundle([...judge.problems, error.place], error);
    throw error;
  } finally {
    await source.close();
  }
}
