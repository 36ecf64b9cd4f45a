import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { libraryBundle, seed } from '../../support/contract-bundles.ts';
import { describeWith } from '../../support/require.ts';
import { type Directory, temporaryDirectory, writtenBundle } from '../../support/vendor.ts';
import { cli, inEngine, leftIn, postmasterOf, processesOf, reaches, serversIn, start, wrapper } from './running.ts';

/** Every statement that sleeps is one that nobody waits for: the command is stopped while it runs. */
const sleeping = { 'migrations/1.sql': 'ALTER TABLE books ADD COLUMN shelf text; SELECT pg_sleep(300);' };
const dump = `-- PostgreSQL database dump
CREATE TABLE public.t (
    mail text
);
COPY public.t (mail) FROM stdin;
x
\\.
ALTER TABLE public.t ADD CONSTRAINT slow CHECK (pg_sleep(300)::text IS NOT NULL);
`;
const quick = { 'migrations/1.sql': 'ALTER TABLE books ADD COLUMN shelf text;' };

let data: Directory;
let root: string;
beforeEach(async () => {
  data = await temporaryDirectory();
  await chmod(data.dir, 0o755);
  root = join(data.dir, 'root');
});
afterEach(() => data[Symbol.asyncDispose]());

const inSnapshot = () => serversIn(root, 'scratch').length > 0;
const inClone = () => serversIn(root, 'clones').length > 0;

describe('one signal ends a rehearsal, and nothing of it stays', () => {
  test('while its snapshot is made', async () => {
    const files = libraryBundle({}, { ...quick, 'seed.sql': `${seed}SELECT pg_sleep(300);` });
    await using bundle = await writtenBundle(files);
    await using running = start([...cli, 'run', bundle.dir, '--host', 'process'], root);
    await reaches(running, 'the snapshot is made', inSnapshot);
    running.child.kill('SIGINT');
    expect(await running.ended, running.stderr()).toBe(4);
    expect(running.stdout()).toBe('');
    expect(running.stderr()).toContain('stopping (SIGINT)');
    expect(running.stderr()).toContain('stopped by SIGINT before there was a verdict');
    expect(leftIn(root)).toEqual([]);
  });

  test.for(['sql', 'dump'])('while a snapshot is made for itself, from %s', async (kind) => {
    await using files = await writtenBundle({
      'data.sql': kind === 'dump' ? dump : `${seed}SELECT pg_sleep(300);`,
      'policy.yaml': 'tables:\n  public.t:\n    mail: drop\n',
    });
    const source = ['--from', kind, join(files.dir, 'data.sql'), '--policy', join(files.dir, 'policy.yaml')];
    await using running = start([...cli, 'snapshot', 'create', 'billing', ...source], root);
    await reaches(running, 'it is being made', inSnapshot);
    running.child.kill('SIGINT');
    expect(await running.ended, running.stderr()).toBe(4);
    expect(running.stdout()).toBe('');
    expect(running.stderr()).toContain('stopped by SIGINT before the snapshot was sealed');
    expect(leftIn(root)).toEqual([]);
  });

  test('while its command runs, with SIGTERM and as JSON', async () => {
    await using bundle = await writtenBundle(libraryBundle({}, sleeping));
    await using running = start([...cli, 'run', bundle.dir, '--host', 'process', '--format', 'json'], root);
    await reaches(running, 'a clone answers', inClone);
    running.child.kill('SIGTERM');
    expect(await running.ended, running.stderr()).toBe(4);
    expect(JSON.parse(running.stdout())).toMatchObject({ code: 'stopped', type: '/problems/stopped' });
    expect(leftIn(root)).toEqual([]);
  });

  test('under load, by a signal to the script that npm runs', async () => {
    await using bundle = await writtenBundle(libraryBundle({}, quick));
    const command = [...wrapper, 'run', bundle.dir, '--host', 'process', '--only', 'control,under-load'];
    await using running = start(command, root);
    await reaches(running, 'the load begins', () => running.stderr().includes('control completed') && inClone());
    running.child.kill('SIGINT');
    expect(await running.ended, running.stderr()).toBe(4);
    expect(running.stderr().match(/stopping \(/g)).toHaveLength(1);
    expect(leftIn(root)).toEqual([]);
  });

  test('when npm ends, whose shell stays between it and us', async () => {
    await using bundle = await writtenBundle(libraryBundle({}, sleeping));
    const command = ['npm', 'run', '-s', 'rehearse', '--', 'run', bundle.dir, '--host', 'process'];
    await using running = start(command, root);
    await reaches(running, 'a clone answers', inClone);
    running.child.kill('SIGTERM');
    // Output ends when the last of them does.
    await running.ended;
    expect(running.stderr()).toContain('stopped by SIGTERM');
    expect(leftIn(root)).toEqual([]);
  });
});

test('a second signal ends it at once, and the next start removes what is left', async () => {
  await using bundle = await writtenBundle(libraryBundle({}, sleeping));
  await using running = start([...cli, 'run', bundle.dir, '--host', 'process'], root);
  await reaches(running, 'a clone answers', inClone);
  // A server that does not react makes the clean stop wait for it.
  for (const id of serversIn(root, 'clones')) process.kill(postmasterOf(root, id), 'SIGSTOP');
  running.child.kill('SIGINT');
  await reaches(running, 'it begins to stop', () => running.stderr().includes('stopping (SIGINT)'));
  const again = setInterval(() => running.child.kill('SIGINT'), 100);
  expect(await running.ended.finally(() => clearInterval(again)), running.stderr()).toBe(4);
  expect(running.stderr()).toContain('stopped by SIGINT at once');
  expect(leftIn(root)).not.toEqual([]);
  await nextStartRemovesAll('process');
});

describe('what a killed command line leaves is removed by the next start', () => {
  test.for([
    {
      what: 'a snapshot in the making',
      seen: inSnapshot,
      files: { ...quick, 'seed.sql': `${seed}SELECT pg_sleep(300);` },
    },
    { what: 'clones', seen: inClone, files: sleeping },
  ])('$what', async ({ seen, files }) => {
    await using bundle = await writtenBundle(libraryBundle({}, files));
    await using running = start([...cli, 'run', bundle.dir, '--host', 'process'], root);
    await reaches(running, 'it is there', seen);
    running.child.kill('SIGKILL');
    await running.ended;
    expect(processesOf(root).length).toBeGreaterThan(0);
    await nextStartRemovesAll('process');
  });
});

describeWith('docker', 'with containers', () => {
  const inContainers = () => serversIn(root, 'docker-clones').length > 0;

  test('one signal ends a rehearsal, and nothing of it stays', async () => {
    await using bundle = await writtenBundle(libraryBundle({}, sleeping));
    await using running = start([...cli, 'run', bundle.dir, '--host', 'docker'], root);
    await reaches(running, 'a clone answers', inContainers);
    running.child.kill('SIGINT');
    expect(await running.ended, running.stderr()).toBe(4);
    expect([...leftIn(root), ...inEngine(root)]).toEqual([]);
  });

  test.for(['docker', 'process'])(
    'what a killed command line leaves is removed by a start on the %s host',
    async (host) => {
      await using bundle = await writtenBundle(libraryBundle({}, sleeping));
      await using running = start([...cli, 'run', bundle.dir, '--host', 'docker'], root);
      await reaches(running, 'a clone answers', inContainers);
      running.child.kill('SIGKILL');
      await running.ended;
      expect(inEngine(root).length).toBeGreaterThan(0);
      await nextStartRemovesAll(host);
      expect(inEngine(root)).toEqual([]);
    },
  );
});

async function nextStartRemovesAll(host: string): Promise<void> {
  await using next = start([...cli, 'run', join(root, 'no-such-bundle'), '--host', host], root);
  expect(await next.ended, next.stderr()).toBe(2);
  expect(leftIn(root)).toEqual([]);
}
