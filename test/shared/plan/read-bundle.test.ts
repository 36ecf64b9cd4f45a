import { describe, expect, test } from 'vitest';
import type { Bundle } from '../../../shared/domain/bundle.ts';
import { readBundle } from '../../../shared/plan/read-bundle.ts';
import { memoryBundle } from '../../support/memory-bundle.ts';

const smallest = `rehearsal: 1
service: statuspage
version: 0.91.2
snapshot: statuspage-prod
migrate:
  - name: pre-deploy
    command: [node, migrate.js]
apps: none
`;

const everything = `rehearsal: 1
service: statuspage
version: 1.10
previous: 0.90.78
environment: staging
owners: [team-status, on-call]
snapshot: { sql: [seed/*.sql] }
roles: { migrate: owner, apps: web }
postgres:
  major: 17
  settings: { lock_timeout: 30s, max_connections: 50, jit: off }
deploy: { overlap: canary }
migrate:
  - name: pre-deploy
    sql: [migrations/**/2*.sql, "migrations/[01].sql"]
    dir: migrations
    ledger: schema_migrations
    transaction: none
    deletes: [sessions]
    memory: 128MiB
    timeout: 90s
    env: { LOG_LEVEL: info, RETRIES: 3, EMPTY: "" }
  - name: backfill
    when: after-rollout
    command: [../outside/is-allowed, --in, /commands]
    image: registry/app:1
  - { name: cleanup, when: after-rollout, image: registry/cleanup:1 }
rollback: { sql: [migrations/0.sql] }
apps:
  previous: { dir: previous, command: [node, app.js], ready: /healthz, memory: 256MiB,
              workers: [ { name: feed job, command: [node, job.js], env: { A: b } } ] }
  next: { dir: next, image: registry/app:2, startTimeout: 5s, env: { PORTABLE: yes } }
probes:
  - name: acknowledge an alert
    request: { method: POST, path: /alerts/1/acknowledge, headers: { x-user: a }, json: { a: [1, null, true] } }
    expect: { status: 200, json: { acknowledged: true } }
    for: [next]
  - name: signed in
    steps:
      - { request: { method: POST, path: /login, body: "a=b" }, save: { token: json.token, etag: header.etag } }
      - { request: { path: "/changes/\${token}" }, expect: { status: [200, 304], text: total } }
    writes: false
  - name: the job runner sees its table
    command: [node, probe.js]
    dir: next
  - name: front page
    request: { path: / }
load:
  rate: 20/s
  duration: 5s
  hold: 500ms
  statements:
    - { weight: 3, for: previous, sql: "UPDATE alerts SET seen_at = now() WHERE id = $pick(alerts.id)" }
    - sql: SELECT 1
  actors: [long-read, pg-dump]
steady: { duration: 15s }
invariants:
  - { name: none is stale, sql: SELECT 1, is: 0, after: pre-deploy }
  - { name: same sum, sql: SELECT 2, same: true }
hotpatches:
  - { path: config/a.rb, sha256: ${'a'.repeat(64)}, why: INC-212 }
budgets: { blocked: 2s, slow: 1s, failedTransactions: 3, migration: 1m, replicaLag: 1s }
waivers:
  - { check: table-rewrite, relation: audit_log, phase: backfill, app: next, by: ann, reason: known, until: 2026-12-31 }
`;

const files = {
  'seed/b.sql': 'SELECT 1;',
  'seed/a.sql': 'SELECT 1;',
  'migrations/0.sql': 'DROP TABLE a;',
  'migrations/1.sql': '-- one\nCREATE TABLE a ();\nCREATE TABLE b ();',
  'migrations/20.sql': '',
  'migrations/deep/2.sql': 'SELECT 2',
  'previous/app.js': '',
  'next/app.js': '',
};

const read = (manifest: string, more: Readonly<Record<string, string | { link: string }>> = {}): Promise<Bundle> =>
  readBundle(memoryBundle({ ...files, ...more, 'rehearsal.yaml': manifest }));

describe('readBundle', () => {
  test('keeps the queries of production without their constants, each once, and tells where nobody can ask them', async () => {
    const queries = { 'q/1.sql': "SELECT a FROM t WHERE b = 'secret';\nSELECT a FROM t WHERE b = $1;\nSELECT 2\n" };
    const bundle = await read(`${smallest}queries: [q/*.sql]\n`, queries);
    expect(bundle.queries).toEqual(['SELECT a FROM t WHERE b = $1', 'SELECT $1']);
    expect(bundle.statements).toEqual([]);
    expect(bundle.notTested).toEqual([{ what: 'the queries of q/1.sql', because: expect.stringContaining('apps') }]);
  });

  test('refuses more queries than any production has, at the first that is too many', async () => {
    const many = { 'q/1.sql': 'SELECT 1;\n'.repeat(20_001) };
    await expect(read(`${smallest}queries: [q/*.sql]\n`, many)).rejects.toMatchObject({
      problems: [{ file: 'q/1.sql', line: 20_001, key: 'queries', message: expect.stringContaining('20000') }],
    });
  });

  test('fills in every default', async () => {
    const { manifest, notTested, statements, appDigests } = await read(smallest);
    expect(manifest).toEqual({
      service: 'statuspage',
      version: '0.91.2',
      previous: 'unknown',
      environment: 'production',
      owners: [],
      snapshot: { kind: 'registered', name: 'statuspage-prod' },
      postgres: { settings: {} },
      overlap: 'rolling',
      phases: [
        {
          name: 'pre-deploy',
          when: 'before-rollout',
          run: { kind: 'command', command: ['node', 'migrate.js'] },
          dir: '.',
          deletes: [],
          timeoutMs: 600_000,
          env: {},
        },
      ],
      apps: 'none',
      probes: [],
      load: {
        ratePerSecond: 50,
        durationMs: 10_000,
        holdMs: 2000,
        statements: [],
        actors: ['idle-in-transaction', 'long-read'],
        leftOpen: ['ratePerSecond', 'holdMs'],
      },
      steadyMs: 0,
      invariants: [],
      hotpatches: [],
      budgets: { blockedMs: 1000, slowMs: 500, failedTransactions: 0, migrationMs: 600_000, replicaLagMs: 5000 },
      waivers: [],
    });
    expect({ notTested, statements, appDigests }).toEqual({
      notTested: [],
      statements: [],
      appDigests: { previous: null, next: null },
    });
  });

  test('reads every key of the contract', async () => {
    const { manifest } = await read(everything);
    expect(manifest).toMatchSnapshot();
  });

  test('keeps the spelling of texts that YAML takes for numbers or flags', async () => {
    const { manifest } = await read(everything);
    const [phase] = manifest.phases;
    expect(manifest.version).toBe('1.10');
    expect(manifest.postgres.settings).toEqual({ lock_timeout: '30s', max_connections: '50', jit: 'off' });
    expect(phase?.env).toEqual({ LOG_LEVEL: 'info', RETRIES: '3', EMPTY: '' });
    expect(manifest.invariants[0]?.expect).toEqual({ kind: 'is', value: '0' });
  });

  test('takes patterns in list order and the matches of one pattern in byte order', async () => {
    const { manifest } = await read(everything);
    const run = manifest.phases[0]?.run;
    expect(run?.kind === 'sql' && run.files).toEqual([
      'migrations/20.sql',
      'migrations/deep/2.sql',
      'migrations/0.sql',
      'migrations/1.sql',
    ]);
    expect(manifest.snapshot).toEqual({ kind: 'sql', files: ['seed/a.sql', 'seed/b.sql'] });
  });

  test('tells the statements of phases and rollback with file and line, each file once', async () => {
    const { statements } = await read(everything);
    expect(statements).toEqual([
      { file: 'migrations/deep/2.sql', line: 1, sql: 'SELECT 2' },
      { file: 'migrations/0.sql', line: 1, sql: 'DROP TABLE a' },
      { file: 'migrations/1.sql', line: 2, sql: 'CREATE TABLE a ()' },
      { file: 'migrations/1.sql', line: 3, sql: 'CREATE TABLE b ()' },
    ]);
  });

  test('says of everything that is asked for and not looked at why', async () => {
    expect((await read(everything)).notTested).toEqual([]);
    const { notTested } = await read(everything.replace('steady: { duration: 15s }', ''));
    expect(notTested.map(({ what }) => what)).toEqual([
      'what worker feed job of previous does to the traffic in the long run',
    ]);
    for (const { because } of notTested) expect(because).toMatch(/^[A-Z].*\.$/);
  });

  test('gives versions with equal files equal digests, and others different ones', async () => {
    const manifest = everything.replace('workers:', 'workers: ');
    const { appDigests: same } = await read(manifest);
    expect(same.previous).toBe(same.next);
    const { appDigests: changed } = await read(manifest, { 'next/app.js': 'changed' });
    expect(changed.previous).toBe(same.previous);
    expect(changed.next).not.toBe(same.next);
  });

  test('follows a link to the directory of a version', async () => {
    const manifest = everything.replace('dir: next, image', 'dir: current, image');
    const { appDigests, manifest: found } = await read(manifest, { current: { link: './previous' } });
    expect(appDigests.next).toBe(appDigests.previous);
    expect(found.apps !== 'none' && found.apps.next.dir).toBe('current');
  });

  const phase = async (lines: string) =>
    (await read(smallest.replace('    command: [node, migrate.js]', lines))).manifest.phases[0];

  test('takes any argument that a program can get', async () => {
    const { run } = (await phase('    command: [sh, -c, "", " ", null, 0x10]')) ?? {};
    expect(run).toEqual({ kind: 'command', command: ['sh', '-c', '', ' ', 'null', '0x10'] });
  });

  test('takes any name that an environment can have', async () => {
    const found = await phase(
      '    image: a\n    env: { spring.datasource.url: a, "my var": "", npm-b: c, 1: d, É: "null" }',
    );
    expect(found?.env).toEqual({ 'spring.datasource.url': 'a', 'my var': '', 'npm-b': 'c', 1: 'd', É: 'null' });
  });

  test('takes long names of phases and times beyond a day', async () => {
    const long = `${'a-'.repeat(99)}9-`;
    const { manifest } = await read(
      `${smallest.replace('name: pre-deploy', `name: ${long}\n    timeout: 24d`)}budgets: { migration: 48h, blocked: 31d }\n`,
    );
    expect(manifest.phases[0]).toMatchObject({ name: long, timeoutMs: 2_073_600_000 });
    expect(manifest.budgets).toMatchObject({ migrationMs: 172_800_000, blockedMs: 2_678_400_000 });
  });

  test('sends and compares null where it is written, and nothing where nothing is', async () => {
    const { manifest } = await read(`${smallest}probes:
  - { name: a, request: { method: PUT, path: /, json: null }, expect: { json: ~ } }
  - { name: b, request: { path: /, json: }, expect: { json: } }
  - { name: c, request: { path: / }, expect: { json: { d: null } } }
`);
    const asked = manifest.probes.flatMap(({ ask }) => (ask.kind === 'http' ? ask.steps : []));
    expect(asked.map(({ request: { method: _, path: __, ...sent }, expect }) => [sent, expect])).toEqual([
      [{ headers: {}, json: null }, { json: null }],
      [{ headers: {} }, {}],
      [{ headers: {} }, { json: { d: null } }],
    ]);
  });

  test('gives workers without a name one that no other has, and hot patches without a why the words for that', async () => {
    const sum = 'A'.repeat(64);
    const { manifest } = await read(`${smallest.replace('apps: none', '')}apps:
  previous: { command: [a], workers: [{ command: [b] }, { name: worker 3, command: [c] }, { command: [d] },
              { command: [e] }] }
  next: { command: [a], workers: [{ name: , command: [b] }] }
hotpatches: [{ path: a, sha256: ${sum} }]
`);
    if (manifest.apps === 'none') expect.fail('it has applications');
    const named = ({ workers }: { readonly workers: readonly { readonly name: string }[] }) =>
      workers.map(({ name }) => name);
    expect(named(manifest.apps.previous)).toEqual(['worker 1', 'worker 3', 'worker 4', 'worker 5']);
    expect(named(manifest.apps.next)).toEqual(['worker 1']);
    expect(manifest.hotpatches).toEqual([{ path: 'a', sha256: sum.toLowerCase(), why: 'no reason is given' }]);
  });

  test('lets an anchor stand in several places', async () => {
    const manifest = `${smallest.replace('apps: none', '')}apps:
  previous: &app { command: [node, app.js] }
  next: *app
`;
    const { manifest: found } = await read(manifest);
    expect(found.apps !== 'none' && found.apps.next).toEqual(found.apps !== 'none' && found.apps.previous);
  });
});
