import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunResult } from '../../../shared/domain/observation.ts';
import { libraryBundle, withPg } from '../../support/contract-bundles.ts';
import { migration, openScenarioLab, type ScenarioLab, statementsOf } from '../scenarios/scenario-lab.ts';

const many = Array.from({ length: 500 }, (_, at) => `INSERT INTO shelves VALUES (${at});`).join('\n');

const seed = `
CREATE TABLE books (id integer PRIMARY KEY, title text NOT NULL);
INSERT INTO books SELECT n, 'book ' || n FROM generate_series(1, 500) AS n;
CREATE PROCEDURE retitle() LANGUAGE plpgsql AS $$
BEGIN
  FOR part IN 0..4 LOOP
    UPDATE books SET title = title || '!' WHERE id % 5 = part;
    COMMIT;
  END LOOP;
END $$;
`;

const copyMegabytes = Number(process.env.REHEARSAL_TEST_COPY_MB ?? 100);

/** node-postgres has the messages of COPY and no interface for them. */
const copies = migration(`
await client.query('CREATE TABLE loans (line text)');
const line = Buffer.from(('x'.repeat(1023) + '\\n').repeat(1024));
await new Promise((resolve, reject) => {
  const { connection } = client;
  client.query({
    submit: () => connection.query('COPY loans FROM STDIN'),
    handleCopyInResponse: async () => {
      for (let sent = 0; sent < ${copyMegabytes}; sent += 1) {
        connection.sendCopyFromChunk(line);
        if (connection.stream.writableNeedDrain) await new Promise((go) => connection.stream.once('drain', go));
      }
      connection.endCopyFrom();
    },
    handleCommandComplete: () => undefined,
    handleError: reject,
    handleReadyForQuery: resolve,
  });
});
`);

const forks = `import { spawnSync } from 'node:child_process';
const { status } = spawnSync(process.execPath, ['child.mjs'], { stdio: 'inherit' });
process.exit(status);
`;

const commands = {
  'copies.mjs': copies,
  'loud.mjs': `${migration(`await client.query('SELECT 1');`)}
const line = 'y'.repeat(1023) + '\\n';
for (let at = 0; at < 100 * 1024; at += 1) {
  if (!process.stdout.write(line)) await new Promise((go) => process.stdout.once('drain', go));
}
console.log('the last line');
`,
  'fifty.mjs': migration(`for (let at = 0; at < 49; at += 1) {
  const other = await connect();
  await other.query('SELECT 1');
  await other.end();
}
await client.query('SELECT 2');`),
  'elsewhere.mjs': migration(`const there = new pg.Client({
  connectionString: process.env.DATABASE_URL.replace(/[^/]*$/, 'postgres'),
});
await there.connect();
const { rows } = await there.query('SELECT current_database() AS name');
console.log('in', rows[0].name);
await there.end();`),
  'forks.mjs': forks,
  'child.mjs': migration(`await client.query('ALTER TABLE books ADD COLUMN forked int');`),
  'schema.mjs': `import { appendFileSync } from 'node:fs';
${migration(`await client.query('ALTER TABLE books ADD COLUMN dumped int');
appendFileSync('db/schema.rb', 'dumped');
try { appendFileSync('seed.sql', 'x'); } catch (error) { console.log('elsewhere', error.code); }`)}`,
  'words.mjs': `const { EMPTY, 'spring.datasource.url': url } = process.env;
${migration(`await client.query('SELECT 1');`)}
const got = [...process.argv.slice(2), url, EMPTY].map((word) => '<' + word + '>').join('');
process.exit(got === '<>< ><jdbc><>' ? 0 : 1);
`,
  'deaf.mjs': `process.on('SIGTERM', () => console.log('no'));
${migration(`await client.query('SELECT 1'); setInterval(() => undefined, 1000); await new Promise(() => undefined);`)}`,
};

const command = (name: string, more: object = {}) => ({ name, command: ['node', `${name}.mjs`], ...more });

let lab: ScenarioLab;
let result: RunResult;
beforeAll(async () => {
  lab = await openScenarioLab();
  const migrate = [
    { name: 'many', sql: ['sql/1_many.sql'] },
    { name: 'concurrently', sql: ['sql/2_concurrently.sql'] },
    { name: 'call', sql: ['sql/3_call.sql'] },
    { name: 'linked', sql: ['sql/current/[!0]*.sql', 'sql/trees/*/up.sql'] },
    command('words', { command: ['node', 'words.mjs', '', ' '], env: { 'spring.datasource.url': 'jdbc', EMPTY: '' } }),
    command('copies'),
    command('loud'),
    command('fifty'),
    command('elsewhere'),
    command('forks'),
    command('schema', { writable: ['db'] }),
    command('deaf', { timeout: '5s' }),
  ];
  const files = {
    ...commands,
    'package.json': withPg,
    'seed.sql': seed,
    'db/schema.rb': '',
    'sql/1_many.sql': `CREATE TABLE shelves (id int);\n${many}`,
    'sql/2_concurrently.sql': 'CREATE INDEX CONCURRENTLY books_title ON books (title);',
    'sql/3_call.sql': 'CALL retitle();',
    'sql/current': { linkTo: '../v2' },
    'v2/0_old.sql': 'SELECT 1 / 0;',
    'v2/4_new.sql': 'CREATE TABLE linked_new (id int);',
    'sql/trees/5_a/up.sql': 'CREATE TABLE tree_a (id int);',
    'sql/trees/6_b/up.sql': 'CREATE TABLE tree_b (id int);',
  };
  const bundle = await lab.bundle(libraryBundle({ migrate }, files));
  result = await bundle.control();
  // Twelve commands one after the other, 100 MB twice.
}, 400_000);
afterAll(() => lab?.[Symbol.asyncDispose]());

const attempt = (phase: string) => {
  const found = result.attempts.find((one) => one.phase === phase);
  if (found === undefined) throw new Error(`no ${phase}: ${JSON.stringify(result.attempts.at(-1)?.outputTail)}`);
  return found;
};
const exitOf = (phase: string) => [attempt(phase).exitCode, attempt(phase).timedOut];

test('500 statements in one file are all seen, in one transaction, each with its line', () => {
  expect(exitOf('many')).toEqual([0, false]);
  const inserts = statementsOf(result, 'many').filter(({ sql }) => sql.startsWith('INSERT INTO shelves'));
  expect(inserts).toHaveLength(500);
  expect(new Set(inserts.map(({ transaction }) => transaction)).size).toBe(1);
  expect(inserts.at(-1)).toMatchObject({ file: 'sql/1_many.sql', line: 501 });
});

test('an index built concurrently and a procedure that commits inside are no errors', () => {
  expect([exitOf('concurrently'), exitOf('call')]).toEqual([
    [0, false],
    [0, false],
  ]);
  expect(result.end.seen && JSON.stringify(result.end.value)).toContain('books_title');
});

test('files behind a link to a directory, and files whose folders tell them apart, are applied like others', () => {
  expect(exitOf('linked')).toEqual([0, false]);
  const made = statementsOf(result, 'linked').filter(({ sql }) => sql.startsWith('CREATE TABLE'));
  expect(made.map(({ file, line }) => `${file}:${line}`)).toEqual([
    'sql/current/4_new.sql:1',
    'sql/trees/5_a/up.sql:1',
    'sql/trees/6_b/up.sql:1',
  ]);
});

test('a command gets empty arguments, and variables whose names have dots in them', () => {
  expect(exitOf('words')).toEqual([0, false]);
});

test('a COPY of much goes through the tap', () => {
  expect(exitOf('copies')).toEqual([0, false]);
  expect(statementsOf(result, 'copies').find(({ sql }) => sql.startsWith('COPY'))).toMatchObject({
    rows: copyMegabytes * 1024,
  });
});

test('a command that prints 100 MB ends, and its last lines are kept', () => {
  expect(exitOf('loud')).toEqual([0, false]);
  expect(attempt('loud').outputTail.at(-1)).toBe('the last line');
});

test('50 connections, another database of the server and a forked child are all seen', () => {
  expect([exitOf('fifty'), exitOf('elsewhere'), exitOf('forks')]).toEqual(Array(3).fill([0, false]));
  expect(new Set(statementsOf(result, 'fifty').map(({ session }) => session)).size).toBe(50);
  expect(attempt('elsewhere').outputTail).toContain('in postgres');
  expect(statementsOf(result, 'elsewhere')).toHaveLength(1);
  expect(statementsOf(result, 'forks').map(({ sql }) => sql)).toEqual(['ALTER TABLE books ADD COLUMN forked int']);
});

test('a command writes the path that it names, and no other', () => {
  expect(exitOf('schema')).toEqual([0, false]);
  expect(attempt('schema').outputTail.join()).toMatch(/elsewhere E(ACCES|ROFS|PERM)/);
});

test('a command that does not hear SIGTERM is ended at its timeout', () => {
  expect(attempt('deaf')).toMatchObject({ timedOut: true, signal: 'SIGKILL' });
  expect(result.weaknesses).toEqual([]);
});
