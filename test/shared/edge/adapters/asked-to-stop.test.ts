import { fork } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const adapter = new URL('../../../../shared/edge/adapters/asked-to-stop.ts', import.meta.url);

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'rehearsal-stop-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** A process of ours that listens and has nothing else to do; `exchange` is what it does with its channel. */
async function listening(exchange: string) {
  const file = join(dir, 'listening.mjs');
  await writeFile(
    file,
    `import { listenForStop } from ${JSON.stringify(adapter.href)};\n${exchange}\nlistenForStop(() => {});\n`,
  );
  const child = fork(file);
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { child, ended };
}

test('a channel that is only listened to for its end does not keep the process alive', async () => {
  const { ended } = await listening('');
  expect(await ended).toBe(0);
});

test('a process that reads messages stays for the next one', async () => {
  const { child, ended } = await listening(
    `process.on('message', () => process.exit(7));\nsetTimeout(() => process.send('listening'), 0);`,
  );
  child.once('message', () => child.send('answer'));
  expect(await ended).toBe(7);
});
