import { describe, expect, test } from 'vitest';
import { type ProblemPlace, RehearsalError } from '../../../shared/domain/problem.ts';
import { readBundle } from '../../../shared/plan/read-bundle.ts';
import { memoryBundle } from '../../support/memory-bundle.ts';

/** Its lines are counted in the cases below. */
const valid = `rehearsal: 1
service: statuspage
version: 0.91.2
snapshot: statuspage-prod
migrate:
  - name: pre-deploy
    sql: [migrations/*.sql]
apps: none
`;

const files = {
  'migrations/1.sql': 'SELECT 1;',
  'migrations/2.sql': 'SELECT 2;',
  'other/1.sql': '',
  'tree/a/up.sql': '',
  'tree/a/down.sql': '',
  'tree/b/up.sql': '',
  'tree/b/a/up.sql': '',
  linked: { link: 'migrations' },
  'app/a.js': '',
};

async function problemsOf(manifest: string | null, more: Record<string, string | { link: string }> = {}) {
  const all = manifest === null ? { ...files, ...more } : { ...files, ...more, 'rehearsal.yaml': manifest };
  try {
    await readBundle(memoryBundle(all));
  } catch (error) {
    if (!(error instanceof RehearsalError)) throw error;
    expect(error).toMatchObject({ fault: 'bundle', code: 'invalid-bundle' });
    return error.problems;
  }
  return [];
}

/** The last lines of a manifest are its 9th and on. */
const added = (lines: string): string => `${valid}${lines}\n`;
const changed = (from: string, to: string): string => {
  if (!valid.includes(from)) throw new Error(`the valid manifest has no ${from}`);
  return valid.replace(from, to);
};
const phase = (lines: string): string => changed('    sql: [migrations/*.sql]', lines);
const second = (lines: string): string => changed('apps: none', `  - ${lines}\napps: none`);
const apps = (next: string): string => changed('apps: none', `apps:\n  previous: { command: [a] }\n  next: ${next}`);

type Expected = Omit<Partial<ProblemPlace>, 'message'> & { readonly message: RegExp };
const cases: readonly (readonly [string, string, Expected])[] = [
  [
    'an unknown key',
    added('enviroment: x'),
    { line: 9, key: 'enviroment', nearest: 'environment', message: /known key/ },
  ],
  [
    'an unknown key of a phase',
    phase('    sql: [migrations/*.sql]\n    legder: none'),
    { line: 8, key: 'migrate[0].legder', nearest: 'ledger', message: /known key/ },
  ],
  ['queries in no file', added('queries: [none/*.sql]'), { line: 9, key: 'queries[0]', message: /matches no file/ }],
  [
    'a merge key',
    apps('{ <<: &base { dir: app }, command: [a], env: { A: b } }'),
    { line: 10, key: 'apps.next.<<', message: /merge key of YAML 1\.1.*Write the keys out/ },
  ],
  [
    'a merge key where any key may be',
    apps('{ command: [a], env: { <<: { A: b } } }'),
    { line: 10, key: 'apps.next.env.<<', message: /Write the keys out/ },
  ],
  ['a key given twice', added('service: again'), { line: 9, message: /given twice.*line 2/ }],
  ['a missing required key', changed('service: statuspage\n', ''), { key: 'service', message: /required/ }],
  ['an empty required key', changed('service: statuspage', 'service:'), { key: 'service', message: /required/ }],
  ['a list for a text', changed('service: statuspage', 'service: [a]'), { line: 2, key: 'service', message: /text/ }],
  ['a long service', changed('statuspage', 's'.repeat(501)), { line: 2, key: 'service', message: /at most 500 char/ }],
  ['a long version', changed('0.91.2', '1'.repeat(501)), { line: 3, key: 'version', message: /at most 500 char/ }],
  [
    'a long environment',
    added(`environment: ${'😀'.repeat(501)}`),
    { line: 9, key: 'environment', message: /at most 500 char/ },
  ],
  [
    'another contract version',
    changed('rehearsal: 1', 'rehearsal: 2'),
    { line: 1, key: 'rehearsal', message: /must be 1/ },
  ],
  ['a list at the top', '- a\n', { line: 1, message: /must be a map/ }],
  ['text at the top', 'hello', { line: 1, message: /must be a map/ }],
  ['nothing', '', { message: /must be a map|required/ }],
  ['no YAML', 'a: [1\nb: 2', { message: /YAML/ }],
  ['two documents', `${valid}---\na: 1\n`, { line: 9, message: /second YAML document/ }],
  ['a tab as indentation', 'a:\n\tb: 1\n', { line: 2, message: /YAML/ }],
  ['an unknown alias', added('owners: *nobody'), { line: 9, message: /no anchor `&nobody`/ }],
  ['brackets without end', '['.repeat(200_000), { message: /40 levels/ }],
  ['30,000 keys', Array.from({ length: 30_000 }, (_, at) => `${at}:`).join('\n'), { message: /20000 values/ }],
  ['one mistake a line', '- @\n'.repeat(60_000), { line: 1, message: /reserved character/ }],
  ['more than anybody writes', `${valid}#${'x'.repeat(300_000)}`, { message: /longer than 262144/ }],
  ['more than is even read', `${valid}#${'x'.repeat(1_100_000)}`, { message: /larger than 1048576 bytes/ }],
  [
    'no phases',
    changed('migrate:\n  - name: pre-deploy\n    sql: [migrations/*.sql]', 'migrate: []'),
    { key: 'migrate', message: /empty/ },
  ],
  [
    'a phase without a way to run',
    phase('    dir: .'),
    { line: 6, key: 'migrate[0]', message: /`sql`, `command` or `image`/ },
  ],
  [
    'a phase with two ways to run',
    phase('    sql: [migrations/*.sql]\n    command: [a]'),
    { line: 8, key: 'migrate[0].command', message: /together/ },
  ],
  [
    'a ledger without sql',
    phase('    command: [a]\n    ledger: x'),
    { line: 8, key: 'migrate[0].ledger', message: /belongs/ },
  ],
  ['a program without a name', phase('    command: ["", a]'), { key: 'migrate[0].command[0]', message: /empty/ }],
  [
    'an argument without a value',
    phase('    command:\n      - a\n      -'),
    { line: 9, key: 'migrate[0].command[1]', message: /Write `""` for an empty argument/ },
  ],
  ['an empty command', phase('    command: []'), { line: 7, key: 'migrate[0].command', message: /empty/ }],
  ['a command that is text', phase('    command: node a.js'), { line: 7, message: /list/ }],
  [
    'a phase name with capitals',
    changed('name: pre-deploy', 'name: Pre'),
    { line: 6, key: 'migrate[0].name', message: /a-z/ },
  ],
  [
    'the name of the rollback',
    changed('name: pre-deploy', 'name: rollback'),
    { line: 6, key: 'migrate[0].name', message: /name of the rollback, in states .* another name, such as `revert`/ },
  ],
  [
    'a phase name of a page',
    changed('name: pre-deploy', `name: ${'a'.repeat(201)}`),
    { line: 6, key: 'migrate[0].name', message: /at most 200/ },
  ],
  [
    'two phases of one name',
    changed('apps:', '  - { name: pre-deploy, command: [a] }\napps:'),
    { line: 8, key: 'migrate[1]', message: /Two phases/ },
  ],
  [
    'a before-rollout phase after an after-rollout one',
    changed('apps:', '  - { name: b, when: after-rollout, command: [a] }\n  - { name: c, command: [a] }\napps:'),
    { line: 9, key: 'migrate[2]', message: /after-rollout/ },
  ],
  [
    'a pattern without a match',
    phase('    sql: [migrations/*.sql, nothing/*.sql]'),
    { line: 7, key: 'migrate[0].sql[1]', message: /matches no file/ },
  ],
  ['a pattern that only matches a directory', phase('    sql: [migrations]'), { message: /matches no file/ }],
  ['braces, which are no pattern', phase("    sql: ['migrations/{1,2}.sql']"), { message: /matches no file/ }],
  [
    'a file named twice',
    phase('    sql: [migrations/1.sql, migrations/*.sql]'),
    { line: 7, key: 'migrate[0].sql[1]', message: /migrations\/1\.sql` is named twice/ },
  ],
  [
    'two files of one name in one ledger',
    phase('    sql: [migrations/1.sql, other/1.sql]'),
    { line: 7, key: 'migrate[0].sql', message: /one name, `1\.sql` in the ledger .*skipped\. Rename/ },
  ],
  [
    'a file named twice, through a link to its directory',
    phase('    sql: [migrations/1.sql, linked/1.sql]'),
    { line: 7, key: 'migrate[0].sql[1]', message: /linked\/1\.sql` is named twice/ },
  ],
  [
    'a file of two phases',
    second('{ name: b, ledger: none, sql: [migrations/2.sql] }'),
    {
      line: 8,
      key: 'migrate[1].sql',
      message: /2\.sql` is named twice: here and by `pre-deploy` \(migrate\[0\]\.sql, line 7\)\. Name it/,
    },
  ],
  [
    'a file of two phases, through a link to its directory',
    second('{ name: b, ledger: none, sql: [linked/2.sql] }'),
    { line: 8, key: 'migrate[1].sql', message: /linked\/2\.sql` is named twice/ },
  ],
  [
    'two phases whose files have one name in one ledger',
    second('{ name: b, sql: [other/1.sql] }'),
    {
      line: 8,
      key: 'migrate[1].sql',
      message:
        /`migrations\/1\.sql` of `pre-deploy` \(migrate\[0\]\.sql, line 7\) and `other\/1\.sql` .* ledger of its own/,
    },
  ],
  [
    'folders of one name whose files say nothing alone',
    phase('    sql: [tree/a/up.sql, tree/b/a/up.sql]'),
    { line: 7, key: 'migrate[0].sql', message: /one name, `a\/up\.sql` in the ledger/ },
  ],
  [
    'a rollback whose file has the name of one that was applied',
    added('rollback: { sql: [other/1.sql] }'),
    {
      line: 9,
      key: 'rollback.sql',
      message: /`migrations\/1\.sql` of `pre-deploy` .*give `rollback` a ledger of its own: `ledger: NAME`/,
    },
  ],
  ['an absolute pattern', phase('    sql: [/etc/*.sql]'), { line: 7, key: 'migrate[0].sql[0]', message: /relative/ }],
  ['a pattern that leaves the bundle', phase('    sql: [migrations/../../*.sql]'), { message: /`\.\.`/ }],
  [
    'a dir that leaves the bundle',
    phase('    command: [a]\n    dir: app/../..'),
    { line: 8, key: 'migrate[0].dir', message: /`\.\.`/ },
  ],
  ['an absolute dir', phase('    command: [a]\n    dir: /tmp'), { message: /relative/ }],
  ['a dir that is not there', phase('    command: [a]\n    dir: nowhere'), { message: /no directory/ }],
  ['a dir that is a file', phase('    command: [a]\n    dir: app/a.js'), { message: /no directory/ }],
  [
    'a number without a unit',
    phase('    command: [a]\n    timeout: 30'),
    { line: 8, key: 'migrate[0].timeout', message: /duration/ },
  ],
  ['a timeout of nothing', phase('    command: [a]\n    timeout: 0s'), { message: /longer/ }],
  [
    'a timeout that no timer counts',
    phase('    command: [a]\n    timeout: 25d'),
    { line: 8, key: 'migrate[0].timeout', message: /at most 24d/ },
  ],
  ['a load of two days', added('load: { duration: 48h }'), { key: 'load.duration', message: /at most 1d/ }],
  ['a budget of two years', added('budgets: { migration: 730d }'), { key: 'budgets.migration', message: /365d/ }],
  ['a decimal size', phase('    command: [a]\n    memory: 64MB'), { message: /size/ }],
  ['an environment that is a list', phase('    command: [a]\n    env: [A=b]'), { message: /map/ }],
  [
    'a name that no variable can have',
    phase('    command: [a]\n    env: { "A=B": c }'),
    { line: 8, key: 'migrate[0].env.A=B', message: /environment variable/ },
  ],
  [
    'a variable without a name',
    phase('    command: [a]\n    env: { "": c }'),
    { line: 8, key: 'migrate[0].env.', message: /environment variable/ },
  ],
  [
    'a variable that is null',
    phase('    command: [a]\n    env: { A: null }'),
    { line: 8, key: 'migrate[0].env.A', message: /no value\. Leave the key out, or write `""` or `"null"`/ },
  ],
  [
    'a variable without a value',
    apps('{ command: [a], env: { A: } }'),
    { key: 'apps.next.env.A', message: /no value/ },
  ],
  [
    'a header that is null',
    added('probes: [{ name: a, request: { path: /, headers: { b: ~ } } }]'),
    { line: 9, key: 'probes[0].request.headers.b', message: /no value/ },
  ],
  [
    'a setting that is null',
    added('postgres: { settings: { jit: null } }'),
    { line: 9, key: 'postgres.settings.jit', message: /no value/ },
  ],
  [
    'one version only',
    changed('apps: none', 'apps: { previous: { command: [a] } }'),
    { key: 'apps.next', message: /required/ },
  ],
  ['apps that are some word', changed('apps: none', 'apps: nothing'), { message: /`none`/ }],
  [
    'an app without command and image',
    apps('{ dir: app }'),
    { line: 10, key: 'apps.next', message: /`command` or `image`/ },
  ],
  [
    'an app whose dir is not there',
    apps('{ dir: gone, command: [a] }'),
    { key: 'apps.next.dir', message: /no directory/ },
  ],
  ['a ready path without a slash', apps('{ command: [a], ready: healthz }'), { message: /begins with/ }],
  [
    'a worker without a command',
    apps('{ command: [a], workers: [{ name: w }] }'),
    { key: 'apps.next.workers[0].command', message: /required/ },
  ],
  [
    'an unknown overlap',
    added('deploy: { overlap: rolled }'),
    { line: 9, key: 'deploy.overlap', nearest: 'rolling', message: /one of/ },
  ],
  [
    'a probe that asks nothing',
    added('probes: [{ name: a }]'),
    { key: 'probes[0]', message: /`request`, `steps` or `command`/ },
  ],
  [
    'a probe that asks twice',
    added('probes: [{ name: a, command: [b], request: { path: / } }]'),
    { key: 'probes[0]', message: /needs/ },
  ],
  [
    'two probes of one name',
    added('probes: [{ name: a, command: [b] }, { name: a, command: [c] }]'),
    { key: 'probes', message: /Two probes/ },
  ],
  [
    'expectations of a command',
    added('probes: [{ name: a, command: [b], expect: { status: 200 } }]'),
    { key: 'probes[0].expect', message: /belongs/ },
  ],
  [
    'a waiver without an owner and an end',
    added('waivers: [{ check: a, reason: c }]'),
    { key: 'waivers[0].until', message: /required/ },
  ],
  [
    'a request with null and body',
    added('probes: [{ name: a, request: { path: /, json: null, body: b } }]'),
    { key: 'probes[0].request.body', message: /together/ },
  ],
  [
    'a request with json and body',
    added('probes: [{ name: a, request: { path: /, json: 1, body: b } }]'),
    { key: 'probes[0].request.body', message: /together/ },
  ],
  [
    'a status that is none',
    added('probes: [{ name: a, request: { path: / }, expect: { status: 20 } }]'),
    { key: 'probes[0].expect.status', message: /100 to 599/ },
  ],
  [
    'a saved value from nowhere',
    added('probes: [{ name: a, steps: [{ request: { path: / }, save: { a: cookie.b } }] }]'),
    { key: 'probes[0].steps[0].save.a', message: /json/ },
  ],
  [
    'a NUL in what a probe sends',
    added(String.raw`probes: [{ name: a, request: { path: /, json: { a: [1, "x\0"] } } }]`),
    { line: 9, key: 'probes[0].request.json.a[1]', message: /NUL/ },
  ],
  [
    'a NUL in a key of what a probe sends',
    added(String.raw`probes: [{ name: a, request: { path: /, json: { "x\0": 1 } } }]`),
    { line: 9, key: 'probes[0].request.json.x\\u0000', message: /NUL/ },
  ],
  [
    'a NUL in the name of an environment',
    added(String.raw`environments: { "x\0": { snapshot: a } }`),
    { line: 9, key: 'environments.x\\u0000', message: /NUL/ },
  ],
  [
    'a NUL in a header',
    added(String.raw`probes: [{ name: a, request: { path: /, headers: { a: "x\0" } } }]`),
    { line: 9, key: 'probes[0].request.headers.a', message: /NUL/ },
  ],
  ['half of a character', added(String.raw`owners: ["\ud83d"]`), { line: 9, key: 'owners[0]', message: /surrogate/ }],
  [
    'an invariant without an expectation',
    added('invariants: [{ name: a, sql: SELECT 1 }]'),
    { key: 'invariants[0]', message: /`is` or `same/ },
  ],
  [
    'an invariant after an unknown phase',
    added('invariants: [{ name: a, sql: b, is: 1, after: pre }]'),
    { key: 'invariants[0].after', nearest: 'pre-deploy', message: /no phase/ },
  ],
  [
    'an invariant that must not be the same',
    added('invariants: [{ name: a, sql: b, same: false }]'),
    { key: 'invariants[0].same', message: /true/ },
  ],
  [
    'a writable path that is not there',
    phase('    command: [a]\n    writable: [app, nowhere]'),
    { line: 8, key: 'migrate[0].writable[1]', message: /no file or directory of the bundle/ },
  ],
  [
    'a writable path outside of it',
    apps('{ command: [a], writable: [../x] }'),
    { key: 'apps.next.writable[0]', message: /`\.\.`/ },
  ],
  ['a rate of nothing', added('load: { rate: 0/s }'), { key: 'load.rate', message: /above 0/ }],
  [
    'an unknown actor',
    added('load: { actors: [vaccum] }'),
    { key: 'load.actors[0]', nearest: 'vacuum', message: /one of/ },
  ],
  [
    'a negative weight',
    added('load: { statements: [{ weight: -1, sql: a }] }'),
    { key: 'load.statements[0].weight', message: /above 0/ },
  ],
  [
    'a checksum that is none',
    added('hotpatches: [{ path: a, sha256: b }]'),
    { key: 'hotpatches[0].sha256', message: /64 hex/ },
  ],
  [
    'a waiver until a day that never comes',
    added('waivers: [{ check: a, by: b, reason: c, until: 2026-02-30 }]'),
    { key: 'waivers[0].until', message: /day/ },
  ],
  [
    'half a failed transaction',
    added('budgets: { failedTransactions: 0.5 }'),
    { key: 'budgets.failedTransactions', message: /whole number/ },
  ],
  [
    'a snapshot with two versions',
    changed('statuspage-prod', 'a@b@c'),
    { line: 4, key: 'snapshot', message: /name@version/ },
  ],
  [
    'a snapshot of no files',
    changed('statuspage-prod', '{ sql: [] }'),
    { key: 'snapshot.sql', message: /list of file patterns/ },
  ],
  ['a snapshot without sql', changed('statuspage-prod', '{}'), { key: 'snapshot.sql', message: /required/ }],
  ['a major that is text', added('postgres: { major: new }'), { key: 'postgres.major', message: /whole number/ }],
  [
    'an unknown role',
    added('roles: { migrations: a }'),
    { key: 'roles.migrations', nearest: 'migrate', message: /known key/ },
  ],
];

describe('a manifest', () => {
  test('that is valid has no problem', async () => {
    expect(await problemsOf(valid)).toEqual([]);
  });

  test.each(cases)('with %s is refused, with file, line and key', async (_, manifest, expected) => {
    const problems = await problemsOf(manifest);
    const { message, ...place } = expected;
    expect(problems).toContainEqual(
      expect.objectContaining({ file: 'rehearsal.yaml', ...place, message: expect.stringMatching(message) }),
    );
  });

  test.each([
    ['a folder a migration', phase('    sql: ["tree/*/up.sql"]\nrollback: { sql: ["tree/*/down.sql"] }')],
    ['files of one name in two ledgers', second('{ name: b, ledger: others, sql: [other/1.sql] }')],
    ['files of one name in no ledger', second('{ name: b, ledger: none, sql: [other/1.sql] }')],
    ['a rollback with a ledger of its own', added('rollback: { ledger: others, sql: [migrations/1.sql] }')],
    ['names as long as the gate can be asked about', changed('0.91.2', '😀'.repeat(500))],
  ])('may have %s', async (_, manifest) => {
    expect(await problemsOf(manifest)).toEqual([]);
  });

  test('is told nothing that follows from a merge key', async () => {
    const merged = `x: &base { dir: app, command: [a] }\n${apps('{ <<: *base, env: { A: b } }')}`;
    expect((await problemsOf(merged)).map(({ key }) => key)).toEqual(['x', 'apps.next.<<']);
  });

  test('is told all its problems at once, in the order of its lines', async () => {
    const manifest = `rehearsal: 3
servce: x
version: 1
snapshot: { sql: [none.sql] }
migrate:
  - name: A
    command: []
    timeout: soon
apps: { previous: {}, next: 3 }
`;
    const problems = await problemsOf(manifest);
    expect(problems.map(({ line, key }) => `${line} ${key}`)).toEqual([
      '1 rehearsal',
      '1 service',
      '2 servce',
      '4 snapshot.sql[0]',
      '6 migrate[0].name',
      '7 migrate[0].command',
      '8 migrate[0].timeout',
      '9 apps.previous',
      '9 apps.next',
    ]);
  });

  test('that is missing is a problem', async () => {
    expect(await problemsOf(null)).toEqual([
      { file: 'rehearsal.yaml', message: expect.stringMatching(/no rehearsal/) },
    ]);
  });

  test('whose aliases would grow without bound is refused quickly', async () => {
    const levels = Array.from({ length: 12 }, (_, at) => {
      const inner = at === 0 ? 'x' : `*a${at - 1}`;
      return `  a${at}: &a${at} [${Array.from({ length: 10 }, () => inner).join(', ')}]`;
    });
    const problems = await problemsOf(`${valid}owners:\n${levels.join('\n')}\n`);
    expect(problems).toEqual([expect.objectContaining({ message: expect.stringMatching(/aliases counted/) })]);
  });

  test('may repeat itself with anchors, and begin with a byte order mark', async () => {
    const manifest = `\ufeff${added('probes: [&p { name: a, command: &c [node, b.js] }, { name: d, command: *c }]')}`;
    expect(await problemsOf(manifest)).toEqual([]);
  });

  test('that is an alias of itself is refused', async () => {
    expect(await problemsOf(added('owners: &a [*a]'))).not.toEqual([]);
  });

  test('with a key of Object.prototype is refused like any other unknown key', async () => {
    expect(await problemsOf(added('__proto__: { a: 1 }'))).toEqual([expect.objectContaining({ key: '__proto__' })]);
  });

  test('cannot take a directory for a file behind a link', async () => {
    const problems = await problemsOf(phase('    sql: [linked]'));
    expect(problems).toEqual([expect.objectContaining({ message: expect.stringMatching(/matches no file/) })]);
  });
});
