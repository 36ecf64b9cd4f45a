import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

/** The content label of a local image; undefined where there is no such image or it was made by something else. */
export async function contentLabelOf(image: string): Promise<string | undefined> {
  const format = '{{index .Config.Labels "rehearsal.content"}}';
  const args = ['image', 'inspect', '--format', format, image];
  const answer = await promisify(execFile)('docker', args).catch((error: Error & { stderr?: string }) => {
    if (/no such image/i.test(error.stderr ?? '')) return { stdout: '' };
    throw new Error(`docker does not answer: ${error.stderr ?? error.message}`, { cause: error });
  });
  return answer.stdout.trim() || undefined;
}

/** Import needs no builder and no registry; the whole root becomes one layer, owned by root. */
export async function importImage(root: string, image: string, changes: readonly string[]): Promise<void> {
  await replacing(image, () => send(root, ['import', ...flagsOf(changes), '-', image]));
}

/** The root as one more layer on an image that is here. */
export async function addLayer(root: string, base: string, image: string, changes: readonly string[]): Promise<void> {
  const container = await docker('create', base, 'true');
  try {
    await send(root, ['cp', '-', `${container}:/`]);
    await replacing(image, () => docker('commit', ...flagsOf(changes), container, image));
  } finally {
    await docker('rm', '--force', container);
  }
}

/** What loses its name to the new image would stay for ever. */
async function replacing(image: string, make: () => Promise<unknown>): Promise<void> {
  const before = await idOf(image);
  await make();
  if (before === '' || before === (await idOf(image))) return;
  // In use by a container or as the base of another: it goes with the next `docker image prune`.
  await docker('image', 'rm', before).catch(() => undefined);
}

const idOf = (image: string): Promise<string> => docker('image', 'ls', '--quiet', '--no-trunc', image);

const flagsOf = (changes: readonly string[]): string[] => changes.flatMap((change) => ['--change', change]);

async function docker(...args: string[]): Promise<string> {
  return (await promisify(execFile)('docker', args)).stdout.trim();
}

async function send(root: string, args: readonly string[]): Promise<void> {
  // Files of somebody who is not root become root's all the same.
  const owner = process.getuid?.() === 0 ? ['--numeric-owner'] : ['--owner=0', '--group=0', '--numeric-owner'];
  const archive = spawn('tar', [...owner, '-C', root, '-c', '.'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const engine = spawn('docker', args, { stdio: ['pipe', 'ignore', 'pipe'] });
  const said: Buffer[] = [];
  engine.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  const bothEnded = Promise.all([once(archive, 'close'), once(engine, 'close')]);
  // An engine that refuses closes its end early; what it said is the error worth telling, not the broken pipe.
  const piped = await pipeline(archive.stdout, engine.stdin).catch((error: Error) => error);
  await bothEnded;
  if (archive.exitCode === 0 && engine.exitCode === 0) return;
  const reason = Buffer.concat(said).toString().trim();
  throw new Error(`docker ${args[0]} did not succeed: ${reason}`, { cause: piped });
}
