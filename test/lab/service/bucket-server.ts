import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, freePort } from './parts.ts';

export interface BucketServer extends AsyncDisposable {
  /** REHEARSAL_ARTIFACTS and what belongs to it. */
  readonly env: Readonly<Record<string, string>>;
  /** Killed and started on what it had. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Names of what is in the bucket. */
  objects(): Promise<readonly string[]>;
  /** Takes one away behind everybody's back. */
  lose(name: string): Promise<void>;
}

const bucket = 'archives';
const program = createRequire(import.meta.url).resolve('s3rver/bin/s3rver.js');

/** S3-compatible storage in a process of its own. It knows keys but does not compute signatures of version 4. */
export async function startBucketServer(): Promise<BucketServer> {
  const home = await mkdtemp(join(tmpdir(), 'rehearsal-test-bucket-'));
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  let server: ChildProcess | undefined;
  const stop = async () => {
    if (server === undefined) return;
    const exited = once(server, 'exit');
    server.kill('SIGKILL');
    await exited;
    server = undefined;
  };
  const start = async () => {
    const args = ['--directory', home, '--port', String(port), '--address', '127.0.0.1', '--configure-bucket', bucket];
    server = spawn(process.execPath, [program, ...args], { stdio: 'ignore' });
    const answers = () =>
      fetch(endpoint).then(
        () => true,
        () => false,
      );
    await eventually(answers);
  };
  const place = join(home, bucket, 'team', 'bundles');
  await mkdir(home, { recursive: true });
  await start();
  return {
    env: {
      REHEARSAL_ARTIFACTS: `s3://${bucket}/team`,
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_ACCESS_KEY_ID: 'S3RVER',
      AWS_SECRET_ACCESS_KEY: 'S3RVER',
    },
    stop,
    start,
    objects: async () => {
      const files = existsSync(place) ? await readdir(place) : [];
      return files.filter((file) => file.endsWith('_object')).map((file) => file.replace('._S3rver_object', ''));
    },
    lose: async (name) => {
      const files = (await readdir(place)).filter((file) => file.startsWith(name));
      await Promise.all(files.map((file) => rm(join(place, file))));
    },
    [Symbol.asyncDispose]: async () => {
      await stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}
