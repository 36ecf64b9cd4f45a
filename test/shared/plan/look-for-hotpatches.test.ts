import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readBundle } from '../../../shared/plan/read-bundle.ts';
import { memoryBundle } from '../../support/memory-bundle.ts';

const text = '{ "disabled": ["feed job"] }\n';
const sha256 = createHash('sha256').update(text).digest('hex');

async function looked(path: string, apps = '{ previous: { command: [a] }, next: { dir: next, command: [a] } }') {
  const manifest = `
rehearsal: 1
service: feeds
version: 2.0.0
snapshot: { sql: [seed.sql] }
migrate: [{ name: pre-deploy, sql: [1.sql] }]
apps: ${apps}
hotpatches: [{ path: "${path}", sha256: ${sha256}, why: disables the feed job }]
`;
  const { hotpatches } = await readBundle(
    memoryBundle({
      'rehearsal.yaml': manifest,
      'seed.sql': 'SELECT 1;',
      '1.sql': 'SELECT 1;',
      'next/config/jobs.json': text,
      'next/other.json': '{}',
      'next/linked.json': { link: 'config/../config/jobs.json' },
      'next/linked': { link: 'config' },
      'shared/jobs.json': text,
    }),
  );
  return hotpatches?.[0];
}

describe('hot patches with a relative path', () => {
  test.each([
    ['config/jobs.json', 'next/config/jobs.json', { kind: 'file', sha256 }],
    ['./config//jobs.json', 'next/config/jobs.json', { kind: 'file', sha256 }],
    ['linked.json', 'next/linked.json', { kind: 'file', sha256 }],
    ['linked/jobs.json', 'next/linked/jobs.json', { kind: 'file', sha256 }],
    ['../shared/jobs.json', 'shared/jobs.json', { kind: 'file', sha256 }],
    ['config', 'next/config', { kind: 'directory' }],
    ['linked', 'next/linked', { kind: 'directory' }],
    ['config/none.json', 'next/config/none.json', { kind: 'nothing' }],
    ['config/jobs.json/more', 'next/config/jobs.json/more', { kind: 'nothing' }],
    ['../../jobs.json', 'next/../../jobs.json', { kind: 'way out' }],
  ])('%s is looked for in the directory of next', async (path, place, value) => {
    expect(await looked(path)).toEqual({ path, place, found: { seen: true, value } });
  });

  test('another content is another file', async () => {
    const look = await looked('other.json');
    expect(look?.found).toMatchObject({ seen: true, value: { kind: 'file' } });
    expect(look?.found).not.toMatchObject({ value: { sha256 } });
  });

  test('where there is no next version nobody can look', async () => {
    expect((await looked('config/jobs.json', 'none'))?.found).toMatchObject({ seen: false });
  });

  test('an absolute path is none of the bundle, even where the bundle has a file of that name', async () => {
    expect(await looked('/next/config/jobs.json')).toMatchObject({ found: { seen: false, why: expect.any(String) } });
  });
});
