import { createWriteStream } from 'node:fs';
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ByteSource } from './byte-source.ts';
import type { KeptEntry } from './judge-entries.ts';
import { atOnceBytesMax } from './limits.ts';

/** Writes what was kept of an archive; links are made last, so no entry can be written through one. */
export class EntryWriter {
  readonly #source: ByteSource;
  readonly #dir: string;
  readonly #made = new Set<string>();
  readonly #links = new Map<string, string>();

  constructor(source: ByteSource, dir: string) {
    this.#source = source;
    this.#dir = dir;
    this.#made.add(dir);
  }

  async write(entry: KeptEntry): Promise<void> {
    const at = join(this.#dir, entry.path);
    switch (entry.kind) {
      case 'directory':
        return this.#makeDirectory(at);
      case 'link':
        this.#links.set(at, entry.target);
        return;
      case 'copy':
        await this.#makeDirectory(dirname(at));
        return copyFile(join(this.#dir, entry.of), at);
      case 'file':
        await this.#makeDirectory(dirname(at));
        return this.#writeFile(at, entry);
    }
  }

  /** Where they lead is looked at when the directory is read: nothing follows a link before that. */
  async makeLinks(): Promise<void> {
    for (const [at, target] of this.#links) {
      await this.#makeDirectory(dirname(at));
      await symlink(target, at);
    }
  }

  async #writeFile(at: string, { sizeBytes, executable }: KeptEntry & { readonly kind: 'file' }): Promise<void> {
    // Readable by everyone: the unprivileged user of a clone reads its own copy.
    const options = { flags: 'wx', mode: executable ? 0o755 : 0o644 };
    if (sizeBytes > atOnceBytesMax) {
      return pipeline(this.#source.stream(sizeBytes), createWriteStream(at, options));
    }
    await writeFile(at, await this.#source.take(sizeBytes), { flag: options.flags, mode: options.mode });
  }

  async #makeDirectory(dir: string): Promise<void> {
    if (this.#made.has(dir)) return;
    await mkdir(dir, { recursive: true });
    this.#made.add(dir);
  }
}
