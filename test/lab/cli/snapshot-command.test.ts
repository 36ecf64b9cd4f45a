import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { snapshotCommand } from '../../../workers/cli/snapshot-command.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'rehearsal-lab-'));
  await chmod(dir, 0o755);
  await writeFile(join(dir, 'a.sql'), 'CREATE TABLE a (id int);');
  await writeFile(
    join(dir, 'd.sql'),
    '-- PostgreSQL database dump\nCREATE TABLE public.t (\n    mail text\n);\nCOPY public.t (mail) FROM stdin;\nx\n\\.\n',
  );
  await writeFile(join(dir, 'p.yaml'), 'tables:\n  public.t:\n    mail: drop\n');
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function rehearseSnapshot(...args: readonly string[]): Promise<string> {
  let out = '';
  const stdout = (text: string): void => {
    out += text;
  };
  const ignored = (): void => undefined;
  const env = { REHEARSAL_DATA: join(dir, 'root') };
  const command = snapshotCommand({ stdout, stderr: ignored, env, cwd: dir, exit: ignored });
  await command.parseAsync([...args], { from: 'user' });
  return out;
}

test('a snapshot is made, listed, inspected without its passwords, verified and pruned', async () => {
  const made = (await rehearseSnapshot('create', 'billing', '--from', 'sql', 'a.sql')).trim();
  expect(made).toMatch(/^billing@[0-9a-f]{12}$/);
  expect(await rehearseSnapshot('list')).toContain(`${made}\tsql\tPostgreSQL 17`);
  const shown = await rehearseSnapshot('inspect', made);
  expect(JSON.parse(shown)).toMatchObject({ name: 'billing', kind: 'sql', roles: { migrate: 'app' } });
  expect(shown).not.toContain('password');
  expect(await rehearseSnapshot('verify', 'billing')).toContain('as it was sealed');
  await rehearseSnapshot(
    'create',
    'billing',
    '--from',
    'dump',
    'd.sql',
    '--policy',
    'p.yaml',
    '--as-of',
    '2026-03-01T00:00:00Z',
  );
  expect(await rehearseSnapshot('prune', '--keep', '1')).toBe(`removed ${made}\n`);
  expect(await rehearseSnapshot('list')).toContain('data as of 2026-03-01T00:00:00.000Z');
});

test('production is never read without a policy, and a policy is drafted for whoever has none', async () => {
  for (const kind of ['dump', 'dsn', 'pgdata']) {
    await expect(rehearseSnapshot('create', 'x', '--from', kind, 'd.sql')).rejects.toMatchObject({ fault: 'policy' });
  }
  expect(await rehearseSnapshot('classify', 'd.sql')).toContain('mail: { sql: "md5(mail)');
});

test('a source of no known kind, of none and of two is refused, with the nearest kind', async () => {
  await expect(rehearseSnapshot('create', 'x', '--from', 'dmup', 'a.sql')).rejects.toMatchObject({
    code: 'usage',
    problems: [{ key: '--from', nearest: 'dump' }],
  });
  for (const sources of [['dump'], ['pgdata', 'a', 'b'], ['dsn', 'mysql://h/db']]) {
    const made = rehearseSnapshot('create', 'x', '--from', ...sources, '--policy', 'p.yaml');
    await expect(made).rejects.toMatchObject({ fault: 'bundle', code: 'usage' });
  }
});

test('a password in an address is never repeated', async () => {
  const address = 'postgresql://team:secret-word@db.example/app';
  const error: unknown = await rehearseSnapshot('create', 'x', '--from', 'dsn', address).catch((thrown) => thrown);
  expect(error).toMatchObject({ code: 'policy-required', remedy: expect.stringContaining('team@db.example/app') });
  expect(JSON.stringify(error)).not.toContain('secret-word');
});
