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

test('what this version cannot read is refused as usage', async () => {
  for (const kind of ['dsn', 'pgdata']) {
    const made = rehearseSnapshot('create', 'x', '--from', kind, 'anything', '--policy', 'p.yaml');
    await expect(made).rejects.toMatchObject({ fault: 'bundle', code: 'source-not-available' });
  }
  await expect(rehearseSnapshot('create', 'x', '--from', 'tape', 'a.sql')).rejects.toMatchObject({ code: 'usage' });
});
