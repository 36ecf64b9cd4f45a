import { chmod, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Removes a directory whatever its modes; what is gone already is no failure. */
export async function removeTree(path: string): Promise<void> {
  // Only root removes entries of read-only directories without asking.
  if (process.getuid?.() !== 0) await makeWritable(path);
  await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
}

async function makeWritable(path: string): Promise<void> {
  try {
    await chmod(path, 0o700);
    const entries = await readdir(path, { withFileTypes: true });
    await Promise.all(
      entries.filter((entry) => entry.isDirectory()).map((entry) => makeWritable(join(path, entry.name))),
    );
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
  }
}
