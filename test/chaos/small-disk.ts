import { execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk extends AsyncDisposable {
  readonly dir: string;
  /** Not a byte is left. */
  fill(): Promise<void>;
  free(): Promise<void>;
}

const blockBytes = 64 * 1024;

/** A file system of its own that has room for so much; needs root. */
export async function mountSmallDisk(bytes: number): Promise<SmallDisk> {
  const dir = await mkdtemp(join(tmpdir(), 'rehearsal-chaos-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=0755`, 'rehearsal-chaos', dir]);
  const unmount = () => execFileSync('umount', ['--lazy', dir]);
  // A test that ran out of time is ended without its scopes being left.
  process.once('exit', unmount);
  const filler = join(dir, 'filler');
  return {
    dir,
    fill: async () => {
      const file = await open(filler, constants.O_CREAT | constants.O_WRONLY | constants.O_APPEND);
      try {
        for (let size = blockBytes; size >= 1; ) {
          const isFull = await file.write(Buffer.alloc(size)).then(
            ({ bytesWritten }) => bytesWritten < size,
            (error: NodeJS.ErrnoException) => {
              if (error.code !== 'ENOSPC') throw error;
              return true;
            },
          );
          if (isFull) size = Math.floor(size / 16);
        }
      } finally {
        await file.close();
      }
    },
    free: () => rm(filler, { force: true }),
    [Symbol.asyncDispose]: async () => {
      process.removeListener('exit', unmount);
      unmount();
      await rm(dir, { recursive: true });
    },
  };
}
