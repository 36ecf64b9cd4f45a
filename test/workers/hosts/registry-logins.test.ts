import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Engine } from '../../../workers/hosts/docker/engine.ts';
import { findImage } from '../../../workers/hosts/docker/images.ts';
import { registryLogin, registryLoginsProblem } from '../../../workers/hosts/docker/registry-logins.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const config = JSON.stringify({
  auths: {
    'registry.example:5000': { auth: base64('robot:se:cret') },
    'https://index.docker.io/v1/': { username: 'team', password: 'hub' },
  },
});

describe('the login of an image', () => {
  test.for([
    ['registry.example:5000/app:1', { username: 'robot', password: 'se:cret', serveraddress: 'registry.example:5000' }],
    ['postgres:17', { username: 'team', password: 'hub', serveraddress: 'https://index.docker.io/v1/' }],
    ['team/app', { username: 'team', password: 'hub', serveraddress: 'https://index.docker.io/v1/' }],
    ['registry.example/app:1', undefined],
    ['localhost/app', undefined],
  ] as const)('%s', ([image, login]) => {
    expect(registryLogin(image, config)).toEqual(login);
    expect(registryLogin(image, undefined)).toBeUndefined();
  });
});

test('what is no JSON, or names a registry without a password, is refused and not quoted', () => {
  expect(registryLoginsProblem(undefined)).toBeUndefined();
  expect(registryLoginsProblem(config)).toBeUndefined();
  expect(registryLoginsProblem('{"secret')).toMatch(/^must be JSON/);
  expect(registryLoginsProblem('{"auths":{"registry.example":{"auth":"c2VjcmV0"}}}')).toBe(
    'has no user and password for registry.example',
  );
});

afterEach(() => vi.unstubAllEnvs());

test('an image is pulled with the login of its registry', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'rehearsal-test-registry-'));
  const socketPath = join(dir, 'engine.sock');
  const asked: unknown[] = [];
  /** Has the image once it was pulled. */
  const engine = createServer((request, response) => {
    if (request.method === 'POST') {
      const header = String(request.headers['x-registry-auth'] ?? '');
      asked.push(JSON.parse(Buffer.from(header, 'base64').toString('utf8') || 'null'));
      response.writeHead(200).end('{}');
      return;
    }
    const image = { Id: 'sha256:1', Config: { Env: [], User: '', Cmd: ['node'] } };
    response.writeHead(asked.length === 0 ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(image));
  }).listen(socketPath);
  await once(engine, 'listening');
  try {
    vi.stubEnv('DOCKER_AUTH_CONFIG', config);
    const docker = new Docker({ socketPath });
    const found = await findImage({ docker } as unknown as Engine, ['registry.example:5000/app:1']);
    expect(found.id).toBe('sha256:1');
    expect(asked).toMatchObject([{ username: 'robot', password: 'se:cret' }]);
  } finally {
    engine.closeAllConnections();
    engine.close();
    await rm(dir, { recursive: true });
  }
});
