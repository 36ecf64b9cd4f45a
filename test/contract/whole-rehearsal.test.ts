import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report, ReportRun } from '../../shared/domain/report.ts';
import type { Scenario } from '../../shared/domain/run.ts';
import { rehearse } from '../support/cli.ts';
import { libraryApp, libraryBundle, twoApps, withPg } from '../support/contract-bundles.ts';
import { blockingChecks, type Rehearsed, readOut, rehearsed, summaryOf } from '../support/rehearsed.ts';
import { reportMismatches } from '../support/report-shape.ts';
import { type Directory, temporaryDirectory, writtenBundle } from '../support/vendor.ts';

/** A rename that previous does not survive: one blocking finding for sure, in every kind of run. */
const renamed = libraryBundle(
  {
    previous: '1.9.0',
    owners: ['team-library'],
    apps: twoApps,
    migrate: [{ name: 'pre-deploy', sql: ['migrations/*.sql'] }],
    probes: [{ name: 'a book', request: { path: '/' }, expect: { json: { state: 'ok' } } }],
    waivers: [{ check: 'no-such-check', by: 'ada', reason: 'left over', until: '2020-01-01' }],
  },
  {
    'package.json': withPg,
    'previous/app.js': libraryApp("SELECT 'ok' AS state FROM (SELECT title FROM books LIMIT 1) AS b"),
    'next/app.js': libraryApp("SELECT 'ok' AS state FROM (SELECT name FROM books LIMIT 1) AS b"),
    'migrations/1.sql': "SET LOCAL lock_timeout = '600ms';\nALTER TABLE books RENAME COLUMN title TO name;\n",
  },
);

describe('a whole rehearsal', () => {
  let bundle: Directory;
  let first: Rehearsed;
  let second: Rehearsed;

  beforeAll(async () => {
    bundle = await writtenBundle(renamed);
    first = await rehearsed(bundle.dir, ['--host', 'process', '--seed', '7']);
    second = await rehearsed(bundle.dir, ['--host', 'process', '--seed', '7']);
  }, 600_000);

  afterAll(async () => {
    await first?.[Symbol.asyncDispose]();
    await second?.[Symbol.asyncDispose]();
    await bundle?.[Symbol.asyncDispose]();
  });

  test('"the report and nothing else on stdout", "progress on stderr", and it looks as section 4 says', () => {
    expect(reportMismatches(first.report)).toEqual([]);
    expect(first.finished.stderr).toMatch(/\S/);
  });

  test('"fail: a blocking finding without a valid waiver", exit 1', () => {
    expect(blockingChecks(first.report), summaryOf(first.report)).toEqual(['broken-previous-version', 'broken-query']);
    expect({ verdict: first.report.verdict, code: first.finished.code }).toEqual({ verdict: 'fail', code: 1 });
    expect(first.report.sentence).toMatch(/\S/);
  });

  test('"Same bundle, snapshot, rules and seed: equal verdict … equal set of blocking findings"', () => {
    expect(second.report.digests).toEqual(first.report.digests);
    expect(second.report.seed).toBe(7);
    expect(second.report.verdict).toBe(first.report.verdict);
    expect(identities(second.report), summaryOf(second.report)).toEqual(identities(first.report));
    expect(blockingOutcomes(second.report)).toEqual(blockingOutcomes(first.report));
  });

  test('"judge EVIDENCE.json" gives the same judgement without a database', async () => {
    const finished = await rehearse(['judge', join(first.out, 'evidence.json'), '--format', 'json']);
    const judged: Report = JSON.parse(finished.stdout);
    expect(finished.code).toBe(first.finished.code);
    expect(judged.verdict).toBe(first.report.verdict);
    expect(judged.findings).toEqual(first.report.findings);
    expect(judged.compatibility).toEqual(first.report.compatibility);
  });

  test('"--out writes report.json report.html report.md junit.xml results.sarif evidence.json"', async () => {
    const files = ['report.json', 'report.html', 'report.md', 'junit.xml', 'results.sarif', 'evidence.json'];
    expect(readdirSync(first.out)).toEqual(expect.arrayContaining(files));
    expect(JSON.parse(await readOut(first, 'report.json'))).toEqual(first.report);
    expect(await readOut(first, 'report.html')).toMatch(/^<!doctype html>/i);
    expect(await readOut(first, 'report.md')).toContain('broken-previous-version');
    expect(await readOut(first, 'junit.xml')).toMatch(/<testsuites?[ >]/);
    expect(JSON.parse(await readOut(first, 'results.sarif'))).toMatchObject({ version: '2.1.0' });
  });

  test('"--format text|json|markdown|junit|sarif|html" prints that form', async () => {
    const evidence = join(first.out, 'evidence.json');
    const marks = {
      text: /broken-previous-version/,
      markdown: /^#/m,
      junit: /^<\?xml/,
      sarif: /"2\.1\.0"/,
      html: /^<!doctype/i,
    };
    for (const [format, mark] of Object.entries(marks)) {
      const finished = await rehearse(['judge', evidence, '--format', format]);
      expect({ format, code: finished.code }).toEqual({ format, code: 1 });
      expect(finished.stdout).toMatch(mark);
    }
  });

  test('the finding names version, state, evidence, and a remedy', () => {
    const finding = first.report.findings.find(({ check }) => check === 'broken-previous-version');
    expect(finding).toMatchObject({
      severity: 'blocks',
      app: 'previous',
      state: expect.stringContaining('after pre-deploy'),
    });
    expect(finding?.evidence.runs.length).toBeGreaterThan(0);
    expect(finding?.evidence.runs.every((id) => first.report.runs.some((run) => run.id === id))).toBe(true);
    expect(finding?.remedy.text).toMatch(/\S/);
  });

  test('"A running app is asked everything once before … once at the state": both boots of previous were asked', () => {
    const cells = first.report.compatibility.cells.filter(
      ({ app, state }) => app === 'previous' && state === 'after pre-deploy',
    );
    expect(new Set(cells.map(({ boot }) => boot))).toEqual(new Set(['running', 'fresh']));
    const errors = cells.flatMap(({ sqlErrors }) => sqlErrors.map(({ sqlstate }) => sqlstate));
    expect(errors).toContain('42703');
  });

  test('1.7: traffic ran open loop as planned, and reached every locked table', () => {
    const load = runsOf(first.report, 'under-load')[0]?.load;
    expect(load?.plannedRate).toBe(40);
    expect(load?.achievedRate).toBeGreaterThan(32);
    const books = load?.coverage.find(({ relation }) => relation === 'public.books');
    expect(books?.seen ?? 0).toBeGreaterThanOrEqual(0.8 * (books?.planned ?? Number.POSITIVE_INFINITY));
  });

  test('contention takes a real lock before the strong statement; interruption really kills the command', () => {
    const contention = runsOf(first.report, 'contention').map(({ fault }) => fault);
    expect(contention).toContainEqual(
      expect.objectContaining({ kind: 'lock', moment: 'before', relation: 'public.books' }),
    );
    const interruption = runsOf(first.report, 'interruption');
    expect(interruption.map(({ fault }) => fault?.kind)).toContain('kill-command');
    expect(interruption.every(({ aftermath }) => aftermath?.retry?.converged === true)).toBe(true);
  });

  test('"an expired or unmatched [waiver] is reported"', () => {
    expect(JSON.stringify([first.report.findings, first.report.notTested, first.report.checks])).toContain(
      'no-such-check',
    );
  });
});

describe('waivers (section 5)', () => {
  const violated = (waivers: readonly object[]) =>
    libraryBundle(
      {
        migrate: [{ name: 'pre-deploy', sql: ['migrations/*.sql'] }],
        invariants: [{ name: 'no books', sql: 'SELECT count(*) FROM books', is: '0' }],
        waivers,
      },
      { 'migrations/1.sql': 'CREATE TABLE shelves (id integer PRIMARY KEY);\n' },
    );
  const waiver = { check: 'violated-invariant', by: 'ada', reason: 'known', until: '2999-12-31' };
  const cases = [
    { name: 'a valid one takes the finding out of the verdict', waiver, code: 3, waivedBy: 'ada' },
    { name: 'an expired one does not', waiver: { ...waiver, until: '2020-01-01' }, code: 1, waivedBy: undefined },
    { name: 'nor one for another phase', waiver: { ...waiver, phase: 'another' }, code: 1, waivedBy: undefined },
  ];

  test.for(cases)('$name', async ({ waiver: one, code, waivedBy }) => {
    await using bundle = await writtenBundle(violated([one]));
    await using rehearsal = await rehearsed(bundle.dir, ['--host', 'process', '--only', 'control']);
    const finding = rehearsal.report.findings.find(({ check }) => check === 'violated-invariant');
    expect({ code: rehearsal.finished.code, waivedBy: finding?.waivedBy }, summaryOf(rehearsal.report)).toEqual({
      code,
      waivedBy,
    });
  });
});

describe('the command line (section 2)', () => {
  test('"4 infrastructure": --host docker without an engine', async () => {
    await using bundle = await writtenBundle(libraryBundle());
    const env = { DOCKER_HOST: 'unix:///nonexistent/docker.sock' };
    const finished = await rehearse(['run', bundle.dir, '--host', 'docker', '--format', 'json'], { env });
    expect(finished.code, finished.stderr).toBe(4);
    expect(JSON.parse(finished.stdout)).toMatchObject({
      code: expect.any(String),
      remedy: expect.stringMatching(/\S/),
      problems: [],
    });
  });

  test('"--host auto: docker where an engine answers …, else process"', async () => {
    await using bundle = await writtenBundle(libraryBundle());
    const env = { DOCKER_HOST: 'unix:///nonexistent/docker.sock' };
    await using rehearsal = await rehearsed(bundle.dir, ['--only', 'control'], { env });
    expect(rehearsal.report.host.kind).toBe('process');
  });

  test('"gate … 4 not reachable", and so is submit', async () => {
    const server = ['--server', 'http://127.0.0.1:9'];
    expect((await rehearse(['gate', ...server, '--service', 'library', '--version', '1'])).code).toBe(4);
    await using bundle = await writtenBundle(libraryBundle());
    expect((await rehearse(['submit', bundle.dir, ...server])).code).toBe(4);
  });

  test('"Relative paths are the caller\'s"', async () => {
    await using bundle = await writtenBundle(libraryBundle({ nonsense: true }));
    const finished = await rehearse(['run', '.', '--format', 'json'], { cwd: bundle.dir });
    expect(finished.code).toBe(2);
    expect(finished.stdout).toContain('nonsense');
  });

  test('"doctor: hosts, majors, copy-on-write, memory limits, Redis, disk"', async () => {
    await using directory = await temporaryDirectory();
    const finished = await rehearse(['doctor'], { env: { REHEARSAL_DATA: directory.dir } });
    expect(finished.code, finished.stderr).toBe(0);
    for (const word of ['docker', 'process', '17', 'copy', 'memory', 'redis', 'disk']) {
      expect(finished.stdout.toLowerCase()).toContain(word);
    }
  });
});

const runsOf = (report: Report, scenario: Scenario): readonly ReportRun[] =>
  report.runs.filter((run) => run.scenario === scenario);

/** "One finding for each (check, phase, ordinal, relation, app, state without its run)." */
const identities = (report: Report): readonly string[] =>
  report.findings
    .filter(({ severity }) => severity === 'blocks')
    .map(({ check, phase, ordinal, relation, app, state }) =>
      JSON.stringify([check, phase, ordinal, relation, app, state?.replace(/ in .*/, '')]),
    )
    .sort();

const blockingOutcomes = (report: Report): Readonly<Record<string, string>> => {
  const warns = new Set(report.findings.filter(({ severity }) => severity === 'warns').map(({ check }) => check));
  return Object.fromEntries(report.checks.filter(({ id }) => !warns.has(id)).map(({ id, outcome }) => [id, outcome]));
};
