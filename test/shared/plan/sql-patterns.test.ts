import { describe, expect, test } from 'vitest';
import { RehearsalError } from '../../../shared/domain/problem.ts';
import { readBundle } from '../../../shared/plan/read-bundle.ts';
import { memoryBundle } from '../../support/memory-bundle.ts';

type Content = Readonly<Record<string, string | { readonly link: string }>>;

const empty = (...names: readonly string[]): Content => Object.fromEntries(names.map((name) => [name, '']));

/** The files of a phase in the order in which they are applied, or what the refusal says. */
async function filesOf(patterns: readonly string[], content: Content): Promise<readonly string[]> {
  const manifest = `rehearsal: 1
service: a
version: 1
snapshot: b
migrate: [{ name: c, ledger: none, sql: ${JSON.stringify(patterns)} }]
apps: none
`;
  try {
    const { manifest: read } = await readBundle(memoryBundle({ ...content, 'rehearsal.yaml': manifest }));
    const run = read.phases[0]?.run;
    return run?.kind === 'sql' ? run.files : [];
  } catch (error) {
    if (!(error instanceof RehearsalError)) throw error;
    return error.problems.map(({ message }) => message);
  }
}

const names = empty(
  '0.sql',
  '1.sql',
  '10.sql',
  '!.sql',
  '].sql',
  '-.sql',
  'a.sql',
  'B.sql',
  'é.sql',
  '.h.sql',
  '^.sql',
);

describe('a pattern of one name', () => {
  test.each([
    ['[!0].sql', '!.sql -.sql 1.sql B.sql ].sql ^.sql a.sql é.sql'],
    ['[^0].sql', '!.sql -.sql 1.sql B.sql ].sql ^.sql a.sql é.sql'],
    ['[!0]*.sql', '!.sql -.sql 1.sql 10.sql B.sql ].sql ^.sql a.sql é.sql'],
    ['[^0]*.sql', '!.sql -.sql 1.sql 10.sql B.sql ].sql ^.sql a.sql é.sql'],
    ['[!a-z]h.sql', ''],
    ['[.]h.sql', ''],
    ['?h.sql', ''],
    ['*h.sql', ''],
    ['.[!a-g].sql', '.h.sql'],
    ['[0!].sql', '!.sql 0.sql'],
    ['[]0].sql', '0.sql ].sql'],
    ['[!]0].sql', '!.sql -.sql 1.sql B.sql ^.sql a.sql é.sql'],
    ['[0-].sql', '-.sql 0.sql'],
    ['[0-1].sql', '0.sql 1.sql'],
    ['[1-0].sql', ''],
    ['[[:digit:]].sql', '0.sql 1.sql'],
    ['[![:alnum:]].sql', '!.sql -.sql ].sql ^.sql é.sql'],
    ['[0.sql', ''],
    ['?.s[q]l', '!.sql -.sql 0.sql 1.sql B.sql ].sql ^.sql a.sql é.sql'],
    ['1*', '1.sql 10.sql'],
    ['**.sql', '!.sql -.sql 0.sql 1.sql 10.sql B.sql ].sql ^.sql a.sql é.sql'],
  ])('%s takes what a shell takes, in byte order', async (pattern, expected) => {
    const found = await filesOf([pattern], names);
    expect(found).toEqual(expected === '' ? [`\`${pattern}\` matches no file of the bundle.`] : expected.split(' '));
  });

  test('that is the name of a file takes that one too', async () => {
    expect(await filesOf(['[0].sql'], empty('[0].sql', '0.sql'))).toEqual(['0.sql', '[0].sql']);
    expect(await filesOf(['[0].sql'], empty('[0].sql', '1.sql'))).toEqual(['[0].sql']);
  });

  test('takes no longer than its length times that of the names', async () => {
    const long = empty(`${'a'.repeat(200)}.sql`);
    expect(await filesOf([`${'*a'.repeat(60)}*b`], long)).toEqual([expect.stringContaining('matches no file')]);
  });
});

const tree = empty('1.sql', 'm/1.sql', 'm/a/1.sql', 'm/a/b/1.sql', 'm/.h/1.sql', 'n/1.sql');

describe('a pattern of several names', () => {
  test.each([
    ['*/1.sql', 'm/1.sql n/1.sql'],
    ['**/1.sql', '1.sql m/1.sql m/a/1.sql m/a/b/1.sql n/1.sql'],
    ['m/**', 'm/1.sql m/a/1.sql m/a/b/1.sql'],
    ['m/**/b/*.sql', 'm/a/b/1.sql'],
    ['m/**/**/1.sql', 'm/1.sql m/a/1.sql m/a/b/1.sql'],
    ['m/.h/*', 'm/.h/1.sql'],
    ['./m//1.sql', 'm/1.sql'],
  ])('%s goes down as a shell does', async (pattern, expected) => {
    expect(await filesOf([pattern], tree)).toEqual(expected.split(' '));
  });
});

const linked: Content = {
  ...empty('v1/1.sql', 'v2/1.sql', 'v2/2.sql', 'v2/deep/3.sql', '.old/0.sql'),
  'v2/link.sql': { link: '1.sql' },
  cur: { link: 'v2' },
  old: { link: '.old' },
  'm/all': { link: '../v2' },
  'm/up': { link: '..' },
  'v2/deep/self': { link: '.' },
  'v2/deep/up': { link: '../..' },
  loop: { link: 'loop' },
  gone: { link: 'nowhere' },
};

describe('a link to a directory inside the bundle', () => {
  test.each([
    ['cur/1.sql', 'cur/1.sql'],
    ['cur/*.sql', 'cur/1.sql cur/2.sql cur/link.sql'],
    ['c*/2.sql', 'cur/2.sql'],
    ['cur/**/*.sql', 'cur/1.sql cur/2.sql cur/deep/3.sql cur/link.sql'],
    ['cur/deep/self/self/3.sql', 'cur/deep/self/self/3.sql'],
    ['old/*.sql', 'old/0.sql'],
    ['m/**/*.sql', 'm/all/1.sql m/all/2.sql m/all/deep/3.sql m/all/link.sql'],
  ])('is a directory for %s', async (pattern, expected) => {
    expect(await filesOf([pattern], linked)).toEqual(expected.split(' '));
  });

  test('does not show a file twice that the pattern comes to by its own path', async () => {
    expect(await filesOf(['*/*.sql'], linked)).toEqual([
      ...['old/0.sql', 'v1/1.sql', 'v2/1.sql', 'v2/2.sql', 'v2/link.sql'],
    ]);
    const all = ['old/0.sql', 'v1/1.sql', 'v2/1.sql', 'v2/2.sql', 'v2/deep/3.sql', 'v2/link.sql'];
    expect(await filesOf(['**/*.sql'], linked)).toEqual(all);
  });

  test('gives a file another name only: it is named twice where two patterns come to it', async () => {
    expect(await filesOf(['v2/*.sql', 'cur/2.sql'], linked)).toEqual([
      '`cur/2.sql` is named twice: by `v2/*.sql` and by `cur/2.sql`.',
    ]);
  });

  test.each(['loop/*.sql', 'gone/*.sql', 'cur'])('%s leads to no file', async (pattern) => {
    expect(await filesOf([pattern], linked)).toEqual([`\`${pattern}\` matches no file of the bundle.`]);
  });

  test('is no way to look at a directory again and again', async () => {
    const dense: Record<string, string | { link: string }> = { 'd/1.sql': '' };
    for (let at = 0; at < 30; at += 1) dense[`d/l${at}`] = { link: '.' };
    for (let at = 0; at < 30; at += 1) dense[`d/sub${at}/up`] = { link: '..' };
    expect(await filesOf([`d${'/*'.repeat(40)}/1.sql`], dense)).toHaveLength(1);
    expect(await filesOf(['d/**/l*/**/*/**/1.sql'], dense)).toHaveLength(1);
  });
});
