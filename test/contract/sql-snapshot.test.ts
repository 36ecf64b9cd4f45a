import { describe, expect, test } from 'vitest';
import type { Problem } from '../../shared/domain/problem.ts';
import { rehearse } from '../support/cli.ts';
import { libraryBundle, shelf } from '../support/contract-bundles.ts';
import { type BundleFiles, temporaryDirectory, writtenBundle } from '../support/vendor.ts';

describe('a snapshot from SQL (CONTRACT 1.4)', () => {
  test('"first error exits 2 with file and line"', async () => {
    const seed = `CREATE TABLE a (id integer);

INSERT INTO a VALUES (1);
-- the next one is wrong
INSERT INTO b VALUES (1);
`;
    const problem = await refusal({ 'seed.sql': seed });
    expect(problem.problems[0]).toMatchObject({ file: 'seed.sql', line: 5 });
  });

  test('"split by PostgreSQL\'s grammar": what it cannot read is refused with file and line', async () => {
    const problem = await refusal({ 'seed.sql': 'CREATE TABLE a (id integer);\nCREATE TABEL b (id integer);\n' });
    expect(problem.problems[0]).toMatchObject({ file: 'seed.sql', line: 2 });
  });

  test('"other psql commands are refused with file and line"', async () => {
    const seed = "CREATE TABLE a (id integer);\n\\copy a FROM PROGRAM 'echo 1'\n";
    const problem = await refusal({ 'seed.sql': seed });
    expect(problem.problems[0]).toMatchObject({ file: 'seed.sql', line: 2 });
  });

  test('"\\connect to the same database" only', async () => {
    const problem = await refusal({ 'seed.sql': 'CREATE TABLE a (id integer);\n\\connect postgres\n' });
    expect(problem.problems[0]).toMatchObject({ file: 'seed.sql', line: 2 });
  });

  test('an unknown registered snapshot is refused with exit 2', async () => {
    const problem = await refusal({}, { snapshot: 'no-such-snapshot' });
    expect(JSON.stringify(problem)).toContain('no-such-snapshot');
  });
});

describe('"major: default: the snapshot\'s"', () => {
  test('another one than the named snapshot has is refused with file, line and key, and how to mend it', async () => {
    await using data = await temporaryDirectory();
    const env = { REHEARSAL_DATA: data.dir };
    await using bundle = await writtenBundle(
      libraryBundle({ snapshot: 'library', postgres: { major: 18 } }, { 'migrations/001_shelf.sql': shelf }),
    );
    const created = await rehearse(['snapshot', 'create', 'library', '--from', 'sql', `${bundle.dir}/seed.sql`], {
      env,
    });
    expect(created.code, created.stderr).toBe(0);
    await using own = await writtenBundle(
      libraryBundle({ postgres: { major: 18 } }, { 'migrations/001_shelf.sql': shelf }),
    );
    for (const args of [[bundle.dir], [own.dir, '--snapshot', 'library']]) {
      const finished = await rehearse(['run', ...args, '--format', 'json', '--host', 'process', '--only', 'control'], {
        env,
      });
      expect(finished.code, finished.stderr).toBe(2);
      const message = expect.stringMatching(/is 18, .* library@\S+ is of PostgreSQL 17.*`major: 17`/);
      expect(JSON.parse(finished.stdout)).toMatchObject({
        code: 'invalid-bundle',
        problems: [{ file: 'rehearsal.yaml', line: expect.any(Number), key: 'postgres.major', message }],
      });
    }
  });
});

describe('a snapshot from production (CONTRACT 2)', () => {
  test('"dump, dsn and pgdata without --policy exit 6", with one JSON object where asked', async () => {
    await using directory = await temporaryDirectory();
    await using files = await writtenBundle({ 'dump.sql': 'CREATE TABLE people (name text);\n' });
    const env = { REHEARSAL_DATA: directory.dir };
    for (const source of [
      ['dump', `${files.dir}/dump.sql`],
      ['dsn', 'postgresql://localhost:1/none'],
      ['pgdata', files.dir],
    ]) {
      const finished = await rehearse(['snapshot', 'create', 'people', '--from', ...source], { env });
      expect({ code: finished.code, stdout: finished.stdout }, `${source[0]} ${finished.stderr}`).toEqual({
        code: 6,
        stdout: '',
      });
    }
  });
});

async function refusal(files: BundleFiles, changes: Readonly<Record<string, unknown>> = {}): Promise<Problem> {
  const all = libraryBundle(changes, { 'migrations/001_shelf.sql': shelf, ...files });
  await using bundle = await writtenBundle(all);
  const finished = await rehearse(['run', bundle.dir, '--format', 'json', '--host', 'process', '--only', 'control']);
  expect(finished.code, finished.stderr).toBe(2);
  return JSON.parse(finished.stdout);
}
