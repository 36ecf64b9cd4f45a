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
  const flags = changes.flatMap((change) => ['--change', change]);
  const archive = spawn('tar', ['--numeric-owner', '-C', root, '-c', '.'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const engine = spawn('docker', ['import', ...flags, '-', image], { stdio: ['pipe', 'ignore', 'pipe'] });
  const said: Buffer[] = [];
  engine.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  const bothEnded = Promise.all([once(archive, 'close'), once(engine, 'close')]);
  // An engine that refuses closes its end early; what it said is the error worth telling, not the broken pipe.
  const piped = await pipeline(archive.stdout, engine.stdin).catch((error: Error) => error);
  await bothEnded;
  if (archive.exitCode !== 0 || engine.exitCode !== 0) {
    throw new Error(`the image ${image} could not be imported: ${Buffer.concat(said).toString()}`, { cause: piped });
  }
}
