import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive, isOwnerProcess, type OwnerProcess, thisProcess } from '../../shared/edge/adapters/owner-process.ts';
import type { Owner } from '../../shared/edge/ports/clone-host.ts';
import { removeTree } from './remove-tree.ts';

const ownerFile = 'owner.json';
/** A directory that nobody signed, unpacked bundles among them, is left over once nothing can still use it. */
const unsignedExpiresMs = 24 * 3_600_000;

/** A directory that says who made it, for which run and until when, so that a reaper can tell what is left over. */
export interface Workspace {
  readonly id: string;
  readonly dir: string;
}

export async function makeWorkspace(parent: string, owner: Owner): Promise<Workspace> {
  const id = randomBytes(6).toString('hex');
  const dir = join(parent, id);
  await mkdir(dir, { mode: 0o711 });
  const signature = { ...thisProcess(), ...owner, expiresAt: owner.expiresAt.toISOString() };
  await writeFile(join(dir, ownerFile), JSON.stringify(signature), { mode: 0o600 });
  return { id, dir };
}

/** Workspaces past their expiry or whose owner is gone; those of others that are still wanted are left alone. */
export async function abandonedWorkspaces(parent: string, now: Date): Promise<readonly Workspace[]> {
  const abandoned: Workspace[] = [];
  for (const id of await readdir(parent).catch(noneIfMissing)) {
    const dir = join(parent, id);
    if (await isAbandoned(dir, now)) abandoned.push({ id, dir });
  }
  return abandoned;
}

function noneIfMissing(error: unknown): string[] {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
  throw error;
}

export const removeWorkspace = (workspace: Workspace): Promise<void> => removeTree(workspace.dir);

async function isAbandoned(dir: string, now: Date): Promise<boolean> {
  const signature = await readFile(join(dir, ownerFile), 'utf8').then(parseSignature, () => undefined);
  if (signature !== undefined) return now > signature.expiresAt || !isAlive(signature.owner);
  const ageMs = await stat(dir).then(
    ({ mtimeMs }) => now.getTime() - mtimeMs,
    () => 0,
  );
  return ageMs > unsignedExpiresMs;
}

function parseSignature(text: string): { readonly owner: OwnerProcess; readonly expiresAt: Date } | undefined {
  try {
    const read: unknown = JSON.parse(text);
    if (!isOwnerProcess(read) || !('expiresAt' in read) || typeof read.expiresAt !== 'string') return undefined;
    return { owner: read, expiresAt: new Date(read.expiresAt) };
  } catch {
    // Half-written by an owner that died: its age decides.
    return undefined;
  }
}
