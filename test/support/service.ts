import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { checkout, killGroup } from './cli.ts';
import { temporaryDirectory } from './vendor.ts';

export interface Service extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
  /** A call with the admin token, unless other headers are given. */
  call(path: string, init?: RequestInit): Promise<Response>;
}

/** `npm start` on a free port and a data root of its own; leaving the scope ends all of it. */
export async function startService(more: Readonly<Record<string, string>> = {}): Promise<Service> {
  const data = await temporaryDirectory();
  const token = 'test-token-of-the-contract-0123456789';
  const port = await freePort();
  const child = spawn(process.execPath, [join(checkout, 'infra/setup/start.mjs')], {
    cwd: checkout,
    env: {
      ...process.env,
      PORT: String(port),
      REHEARSAL_DATA: data.dir,
      REHEARSAL_TOKEN: token,
      REHEARSAL_EXAMPLE: 'off',
      ...more,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let printed = '';
  const ended = new Promise<void>((fulfil) => child.once('close', () => fulfil()));
  const stop = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => killGroup(child.pid), 20_000);
    await ended;
    clearTimeout(timer);
    killGroup(child.pid);
    await data[Symbol.asyncDispose]();
  };
  const listening = new Promise<string>((fulfil, reject) => {
    const read = (text: string) => {
      printed += text;
      const url = /^listening (http:\/\/\S+)/m.exec(printed)?.[1];
      if (url !== undefined) fulfil(url.replace(/\/$/, ''));
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    void ended.then(() => reject(new Error(`the service ended before it listened:\n${printed}`)));
    setTimeout(() => reject(new Error(`the service does not listen after 180 s:\n${printed}`)), 180_000).unref();
  });
  try {
    const url = await listening;
    const call = (path: string, init: RequestInit = {}) =>
      fetch(new URL(path, url), { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } });
    return { url, token, call, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

export function freePort(): Promise<number> {
  return new Promise((fulfil, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => fulfil(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
