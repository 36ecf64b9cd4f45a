import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { formats } from '../../../shared/report/render.ts';
import { type Finished, rehearse } from '../../support/cli.ts';
import { type BundleFiles, type Directory, temporaryDirectory, writtenBundle } from '../../support/vendor.ts';
import { brokenSeedBundle, canaries, refusedBundle, talkativeBundle, unreadyBundle } from './canary-bundle.ts';

const command = ['--host', 'process'];

/** Where a canary stands, with a few characters before and after it. */
function leaks(texts: Readonly<Record<string, string>>): string[] {
  return Object.entries(texts).flatMap(([file, text]) =>
    Object.entries(canaries).flatMap(([planted, canary]) => {
      const at = text.toLowerCase().indexOf(canary.toLowerCase());
      return at < 0 ? [] : [`${planted} in ${file}: ${text.slice(Math.max(0, at - 160), at + 40)}`];
    }),
  );
}

async function textsOf(out: string, { stdout, stderr }: Finished): Promise<Record<string, string>> {
  const files = await readdir(out);
  const texts = await Promise.all(files.map(async (file) => [file, await readFile(join(out, file), 'utf8')] as const));
  return { ...Object.fromEntries(texts), stdout, stderr };
}

async function run(files: BundleFiles, args: readonly string[]): Promise<{ finished: Finished; out: Directory }> {
  await using bundle = await writtenBundle(files);
  const out = await temporaryDirectory();
  const finished = await rehearse(['run', bundle.dir, ...command, '--out', out.dir, ...args]);
  return { finished, out };
}

test('no value of a row, a statement, a request, a log or an environment leaves in any form of the report', async () => {
  const only = 'control,under-load,compatibility';
  const { finished, out } = await run(talkativeBundle, ['--only', only, '--format', 'text']);
  await using directory = out;
  expect([0, 1, 3], finished.stderr).toContain(finished.code);
  const texts = await textsOf(directory.dir, finished);
  const evidence = JSON.parse(texts['evidence.json'] ?? '');
  // What was said is there, without its values: an empty report would hold no canary either.
  expect(JSON.stringify(evidence.runs)).toContain('cannot move …');
  expect(texts['report.json']).toContain('22P02');
  expect(Object.keys(texts)).toHaveLength(8);
  expect(leaks(texts)).toEqual([]);
  await judgedAgain(directory.dir, texts);
});

/** The same evidence, judged without a database, is the same report to the last byte. */
async function judgedAgain(dir: string, texts: Readonly<Record<string, string>>): Promise<void> {
  await using again = await temporaryDirectory();
  const finished = await rehearse(['judge', join(dir, 'evidence.json'), '--out', again.dir, '--format', 'text']);
  expect(finished.stdout).toBe(texts.stdout);
  for (const [file, text] of Object.entries(await textsOf(again.dir, finished))) {
    if (file !== 'stderr') expect(text === texts[file], `${file} is another after judging again`).toBe(true);
  }
  expect(formats).toHaveLength(6);
}

test.each([
  ['a unique violation', 'INSERT INTO books SELECT 9000, title, email FROM books WHERE id = 1000', '23505'],
  ['invalid input', 'SELECT title::integer FROM books WHERE id = 1', '22P02'],
  [
    'a RAISE of a row',
    "DO $$ DECLARE b record; BEGIN SELECT * INTO b FROM books WHERE id = 1; RAISE EXCEPTION 'no place for % of %', b.title, b.email; END $$",
    'P0001',
  ],
  ['a constant of its own', `SELECT '${canaries.constant}'::integer`, '22P02'],
  [
    'a RAISE of a constant',
    `CREATE FUNCTION refuse(said text) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no place for %', said; END $$;
     SELECT refuse('${canaries.constant}')`,
    'P0001',
  ],
])('a file that is refused with %s tells its SQLSTATE and not the value', async (_, statement, sqlstate) => {
  const { finished, out } = await run(refusedBundle(statement), ['--only', 'control', '--format', 'json']);
  await using directory = out;
  expect(finished.code, finished.stderr).toBe(1);
  expect(finished.stdout).toContain(sqlstate);
  expect(leaks(await textsOf(directory.dir, finished))).toEqual([]);
});

test.each([
  ['a seed that the server refuses', brokenSeedBundle],
  ['a previous version that does not start', unreadyBundle],
])('%s is told without the rows that it met', async (_, files) => {
  const { finished, out } = await run(files, ['--format', 'json']);
  await using directory = out;
  expect(finished.code, finished.stderr).toBe(2);
  expect(JSON.parse(finished.stdout).code).toMatch(/\w/);
  expect(leaks(await textsOf(directory.dir, finished))).toEqual([]);
});
