import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBundle } from '../../../shared/plan/read-bundle.ts';
import { type HintOptions, readHints } from '../../../workers/hints/read-hints.ts';
import { memoryBundle } from '../../support/memory-bundle.ts';

let top: string;
beforeAll(async () => {
  top = await mkdtemp(join(tmpdir(), 'rehearsal-hints-'));
});
afterAll(() => rm(top, { recursive: true, force: true }));

const manifest = (migrate: string) => `rehearsal: 1
service: library
version: 2.0.0
snapshot: { sql: [seed.sql] }
migrate: [${migrate}]
apps: none
`;
const sqlPhase = '{ name: pre-deploy, sql: ["migrations/**/*.sql"] }';
const migration = `-- a comment
CREATE TABLE shelves (id bigint);

ALTER TABLE books
  ALTER COLUMN id TYPE bigint;
CREATE INDEX books_title ON books (title);
`;

async function hintsOf(files: Readonly<Record<string, string>>, options: HintOptions = {}, migrate = sqlPhase) {
  const all = { 'rehearsal.yaml': manifest(migrate), 'seed.sql': 'SELECT 1;', ...files };
  const dir = await mkdtemp(join(top, 'bundle [x]* '));
  for (const [path, text] of Object.entries(all)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
  return readHints(await readBundle(memoryBundle(all)), dir, options);
}

/** A linter that does what a few lines say. */
const pretend = (script: string): HintOptions => ({ linter: [process.execPath, '-e', script, '--'] });

describe('hints of the linter', () => {
  it('have the file of the bundle and the lines of the statement, counted from 1', async () => {
    const hints = await hintsOf({ 'migrations/001.sql': migration });
    expect(hints.seen).toBe(true);
    const found = hints.seen ? hints.value.map(({ file, line, endLine, rule }) => ({ file, line, endLine, rule })) : [];
    expect(found).toContainEqual({ file: 'migrations/001.sql', line: 5, endLine: 5, rule: 'changing-column-type' });
    expect(found.find(({ rule }) => rule === 'require-concurrent-index-creation')?.line).toBe(6);
  });

  it('are found in files whose names mean something to a shell, a pattern or a command line', async () => {
    const names = ['-c.sql', 'a b.sql', 'ü[1]?.sql', '*.sql', '{x}.sql', "it's.sql"];
    const hints = await hintsOf(Object.fromEntries(names.map((name) => [`migrations/${name}`, migration])));
    const files = new Set(hints.seen ? hints.value.map(({ file }) => file) : []);
    expect([...files].sort()).toEqual(names.map((name) => `migrations/${name}`).sort());
  });

  it('do not depend on a configuration that lies in the bundle', async () => {
    const hints = await hintsOf({
      'migrations/001.sql': migration,
      '.squawk.toml': 'excluded_rules = ["changing-column-type"]\n',
    });
    expect(hints.seen && hints.value.some(({ rule }) => rule === 'changing-column-type')).toBe(true);
  });

  it('hold no value of a statement that the linter cannot read', async () => {
    const hints = await hintsOf({
      'migrations/001.sql': "INSERT INTO books VALUES (1, 'Zqxsecret' 'x);\nSELEC 'Zqxsecret'",
    });
    expect(hints.seen && hints.value.length > 0).toBe(true);
    expect(JSON.stringify(hints)).not.toContain('Zqxsecret');
  });

  it('quote no text of the bundle, whatever the linter says', async () => {
    const answer = (path: string) =>
      `process.stdout.write(JSON.stringify([{ file: process.argv.at(-1).replace(/\\[(.)\\]/g, '$1'), line: 0, rule_name: 'x', message: ${path} }]))`;
    const hints = await hintsOf(
      { 'migrations/001.sql': migration },
      pretend(answer('"near `Zqx secret@value`, say `lock_timeout`"')),
    );
    expect(hints).toMatchObject({ seen: true, value: [{ message: 'near `…`, say `lock_timeout`' }] });
  });
});

describe('a linter that cannot help', () => {
  const files = { 'migrations/001.sql': migration };
  it.each([
    ['is not there', { linter: ['/nowhere/squawk'] }, 'squawk failed (ENOENT)'],
    ['crashes', pretend('process.exit(101)'), 'squawk failed (101)'],
    ['is killed', pretend('process.kill(process.pid, "SIGKILL")'), 'squawk failed (SIGKILL)'],
    ['speaks no JSON', pretend('console.log("hello")'), 'squawk gave an answer that is no JSON'],
    ['gives no list', pretend('console.log("{}")'), 'squawk gave an answer that is no list'],
    ['gives another form', pretend('console.log("[{}]")'), 'squawk gave an answer of another form'],
    [
      'names another file',
      pretend('console.log(\'[{"file":"/etc/x","line":0,"rule_name":"x","message":"y"}]\')'),
      'squawk gave an answer of another form',
    ],
  ] as const)('that %s is a reason and no error', async (_, options, why) => {
    expect(await hintsOf(files, options as HintOptions)).toEqual({ seen: false, why });
  });

  it('is not asked for a bundle whose phases name no SQL files', async () => {
    const hints = await hintsOf({ 'migrate.js': '' }, {}, '{ name: pre-deploy, command: [node, migrate.js] }');
    expect(hints).toEqual({ seen: false, why: 'no phase names SQL files that a linter could read' });
  });
});
