import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Clone, CloneHost, ProcessRequest } from '../../../shared/edge/ports/clone-host.ts';
import { openDockerHost } from '../../../workers/hosts/docker/open-docker-host.ts';
import { describeWith } from '../../support/require.ts';
import { asAdmin, type CloneHostLab, openCloneHostLab, until } from './clone-host-lab.ts';

const MiB = 1024 * 1024;
/** As a service of this machine would have, below those that the kernel gives away. */
const ordinaryPort = 20_000 + (process.pid % 10_000);

describeWith('docker', 'the docker host', () => {
  let lab: CloneHostLab;
  let host: CloneHost;
  let clone: Clone;
  beforeAll(async () => {
    lab = await openCloneHostLab();
    host = await openDockerHost(lab.parts);
    clone = await host.clone(lab.request());
  });
  afterAll(async () => {
    await clone?.[Symbol.asyncDispose]();
    await lab?.[Symbol.asyncDispose]();
  });

  test('gives its processes no way out: neither to this machine nor to another clone', async () => {
    await using other = await host.clone(lab.request());
    await using service = await listen('0.0.0.0', ordinaryPort);
    await using tap = await listen(clone.tapHost, 0);
    const closed = [
      { at: outsideAddress(), port: service.port },
      { at: clone.tapHost, port: service.port },
      { at: other.admin.host, port: 5432 },
    ];
    for (const { at, port } of closed) {
      // From here it answers, so it is the network which keeps the process from it.
      const socket = connect(port, at);
      await once(socket, 'connect');
      socket.destroy();
      expect(await dial(clone, at, port)).toMatch(/^(ENETUNREACH|EHOSTUNREACH|timeout)$/);
    }
    expect(await dial(clone, clone.admin.host, 5432)).toBe('connected');
    expect(await dial(clone, clone.tapHost, tap.port)).toBe('connected');
  });

  test('gives its processes no capability, no new privilege and no root', async () => {
    const script = 'process.stdout.write(require("fs").readFileSync("/proc/self/status","utf8"))';
    const status = await print(clone, ['node', '-e', script]);
    expect(status).toMatch(/^CapEff:\s+0+$/m);
    expect(status).toMatch(/^CapBnd:\s+0+$/m);
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
    expect(status).not.toMatch(/^Uid:.*\b0\b/m);
  });

  test('labels containers and networks with rehearsal, run, expiry and owner', async () => {
    const made = await inspectAll(clone.id);
    expect(made.map(({ kind }) => kind)).toEqual(['container', 'network']);
    for (const { labels } of made) {
      expect(labels).toMatchObject({ rehearsal: 'rh-0123456789abcdef', 'rehearsal.run': 'control' });
      expect(Date.parse(labels['rehearsal.expires'] ?? '')).toBeGreaterThan(Date.now());
      expect(JSON.parse(labels['rehearsal.owner'] ?? '')).toMatchObject({ pid: process.pid });
    }
  });

  test('starts an image as it was made where there is no command', async () => {
    const { postgres } = await host.facts(17);
    const image = (await serverImages()).find((name) => name.endsWith(`:${postgres.split('.')[0]}`)) ?? '';
    await using started = await clone.start({ name: 'own entrypoint', image, dir: '.', env: {} });
    expect((await started.exited).exitCode).not.toBe(0);
    expect(started.output().stderr).toContain('POSTGRES_PASSWORD');
  });

  test('says which image it lacks and how to get it', async () => {
    const request: ProcessRequest = {
      name: 'next',
      image: 'localhost:1/no/such:1',
      command: ['true'],
      dir: '.',
      env: {},
    };
    await expect(clone.start(request)).rejects.toMatchObject({
      name: 'RehearsalError',
      code: 'image-not-there',
      remedy: expect.stringMatching(/^docker pull localhost:1\/no\/such:1, or log in .*DOCKER_AUTH_CONFIG/),
    });
  });

  test('counts a backend that was killed for memory, and the clone lives on', async () => {
    const small = await openDockerHost({ ...lab.parts, serverMemoryBytes: 256 * MiB });
    await using tight = await small.clone(lab.request({ settings: { shared_buffers: '16MB' } }));
    {
      await using greedy = await asAdmin(tight);
      const query = "SELECT length(array_agg(repeat('x', 1000) || n)::text) FROM generate_series(1, 2000000) n";
      await expect(greedy.query(query)).rejects.toMatchObject({ sqlstate: undefined });
    }
    await until('the kill is counted', async () => (await tight.backendsOomKilled()) > 0);
    const answers = async (): Promise<boolean> => {
      await using session = await asAdmin(tight);
      return (await session.query('SELECT 1')).length === 1;
    };
    await until('the server has recovered', () => answers().catch(() => false));
  });

  test('removes what an owner left that was killed', async () => {
    const orders = JSON.stringify({ root: lab.root, request: lab.request() });
    const owner = spawn(process.execPath, [join(import.meta.dirname, 'doomed-owner.ts'), orders], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(owner, 'exit');
    const [id] = (await once(createInterface(owner.stdout), 'line')) as [string];
    owner.kill('SIGKILL');
    await ended;
    const data = join(lab.parts.dataRoot.dir, 'docker-clones', id);
    expect([(await inspectAll(id)).length, existsSync(data)]).toEqual([3, true]);
    await host.reap();
    expect([await inspectAll(id), existsSync(data)]).toEqual([[], false]);
    expect((await inspectAll(clone.id)).length).toBeGreaterThan(0);
  });
});

async function print(clone: Clone, command: readonly string[]): Promise<string> {
  await using started = await clone.start({ name: 'test', command, dir: '.', env: {} });
  expect(await started.exited).toMatchObject({ exitCode: 0 });
  return started.output().stdout.trim();
}

/** What a process of the clone gets when it connects. */
function dial(clone: Clone, host: string, port: number): Promise<string> {
  const script = `const s=require("net").connect(${port},${JSON.stringify(host)},()=>say("connected")).on("error",(e)=>say(e.code));
    setTimeout(()=>say("timeout"),3000);function say(w){console.log(w);process.exit(0)}`;
  return print(clone, ['node', '-e', script]);
}

async function listen(host: string, port: number): Promise<{ readonly port: number } & AsyncDisposable> {
  const server = createServer((socket) => socket.on('error', () => socket.destroy()).end()).listen(port, host);
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    server.close();
    await once(server, 'close');
  };
  return { port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: close };
}

/** An address of this machine that containers with a way out reach. */
function outsideAddress(): string {
  const all = Object.entries(networkInterfaces()).filter(([name]) => !/^(br-|veth)/.test(name));
  const found = all
    .flatMap(([, addresses]) => addresses ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4');
  if (found === undefined) throw new Error('this machine has no address but its own');
  return found.address;
}

const docker = async (...args: string[]): Promise<string[]> =>
  (await promisify(execFile)('docker', args)).stdout.split('\n').filter((line) => line !== '');

const serverImages = (): Promise<string[]> =>
  docker(
    'images',
    '--filter',
    'reference=*postgres',
    '--filter',
    'reference=*/postgres',
    '--format',
    '{{.Repository}}:{{.Tag}}',
  );

interface Inspected {
  readonly kind: 'container' | 'network';
  readonly labels: Readonly<Record<string, string>>;
}

async function inspectAll(cloneId: string): Promise<Inspected[]> {
  const filter = ['--filter', `label=rehearsal.clone=${cloneId}`, '-q'];
  const parse = (lines: string[], kind: Inspected['kind']): Inspected[] =>
    lines.map((line) => ({ kind, labels: JSON.parse(line) as Record<string, string> }));
  const containers = await docker('ps', '-a', ...filter);
  const networks = await docker('network', 'ls', ...filter);
  const labelsOf = (ids: string[], kind: Inspected['kind'], format: string): Promise<Inspected[]> =>
    ids.length === 0
      ? Promise.resolve([])
      : docker(kind, 'inspect', '--format', format, ...ids).then((lines) => parse(lines, kind));
  return [
    ...(await labelsOf(containers, 'container', '{{json .Config.Labels}}')),
    ...(await labelsOf(networks, 'network', '{{json .Labels}}')),
  ];
}
