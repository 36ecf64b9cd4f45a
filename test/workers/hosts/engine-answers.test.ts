import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { engineAnswers } from '../../../workers/hosts/docker/engine-answers.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'rehearsal-test-engine-'));
});
afterAll(() => rm(dir, { recursive: true }));

/** An engine at a socket of its own that answers with this status, or with nothing at all. */
async function engineWith(status: number | 'silence') {
  const socketPath = join(dir, String(status));
  const server = createServer((_request, response) => {
    if (status !== 'silence') response.writeHead(status).end('OK');
  }).listen(socketPath);
  await once(server, 'listening');
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { docker: new Docker({ socketPath }), [Symbol.asyncDispose]: close };
}

test('an engine that answers is there', async () => {
  await using engine = await engineWith(200);
  expect(await engineAnswers(engine.docker)).toBe(true);
});

test('one that fails, is silent, or is no more, is away', async () => {
  await using failing = await engineWith(500);
  expect(await engineAnswers(failing.docker)).toBe(false);
  await using silent = await engineWith('silence');
  expect(await engineAnswers(silent.docker, 50)).toBe(false);
  expect(await engineAnswers(new Docker({ socketPath: join(dir, 'none') }))).toBe(false);
});
