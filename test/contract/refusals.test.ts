import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Problem } from '../../shared/domain/problem.ts';
import { rehearse } from '../support/cli.ts';
import { libraryBundle, shelf } from '../support/contract-bundles.ts';
import { type BundleFiles, type Directory, temporaryDirectory, writtenBundle } from '../support/vendor.ts';

/**
 * CONTRACT 1.1: "Refused (exit 2, nothing started, all problems at once, each with file, line, key and, for an unknown
 * key, the nearest known one)".
 */
describe('a bundle is refused with exit 2', () => {
  test('"no … manifest"', async () => {
    const problem = await refusal({ 'seed.sql': 'SELECT 1' });
    expect(JSON.stringify(problem)).toContain('rehearsal.yaml');
  });

  test('"… or unreadable manifest", with its line', async () => {
    const problem = await refusal({ 'rehearsal.yaml': 'rehearsal: 1\nservice: [unclosed\n' });
    expect(places(problem, 'rehearsal.yaml').some(({ line }) => line !== undefined && line >= 2)).toBe(true);
  });

  test('"… or unreadable manifest": a link that leads to nothing, to a directory or to itself, with what to do', async () => {
    for (const linkTo of ['missing.yaml', 'migrations', 'rehearsal.yaml']) {
      const problem = await refusal({ ...libraryBundle(), 'rehearsal.yaml': { linkTo } });
      const message = expect.stringMatching(/^It is a link .* Put the manifest itself in its place/);
      expect(problem.problems).toEqual([{ file: 'rehearsal.yaml', message }]);
    }
  });

  test('"unknown keys" name "the nearest known one", at every depth, all at once', async () => {
    const manifest = [
      'rehearsal: 1',
      'service: library',
      'version: 2.0.0',
      'enviroment: staging',
      'snapshot: { sql: [seed.sql] }',
      'migrate:',
      '  - name: pre-deploy',
      '    sql: [migrations/*.sql]',
      '    timout: 5s',
      'apps: none',
    ].join('\n');
    const problem = await refusal({ ...libraryBundle(), 'rehearsal.yaml': manifest });
    const found = places(problem, 'rehearsal.yaml');
    expect(found.find(({ nearest }) => nearest === 'environment')?.line).toBe(4);
    expect(found.find(({ nearest }) => nearest === 'timeout')?.line).toBe(9);
    expect(found.every(({ key }) => key !== undefined)).toBe(true);
  });

  test('every required key that is missing is named, at once', async () => {
    const problem = await refusal({ 'rehearsal.yaml': 'owners: [me]\n' });
    const text = JSON.stringify(problem.problems);
    for (const key of ['rehearsal', 'service', 'version', 'snapshot', 'migrate', 'apps']) expect(text).toContain(key);
  });

  test('"an sql pattern without a match"', async () => {
    const phase = { name: 'pre-deploy', sql: ['migrations/*.sql', 'migrations/9*.sql'] };
    const problem = await refusal(libraryBundle({ migrate: [phase] }));
    expect(JSON.stringify(problem.problems)).toContain('migrations/9*.sql');
  });

  test('"or a file named twice"', async () => {
    const phase = { name: 'pre-deploy', sql: ['migrations/*.sql', 'migrations/001_shelf.sql'] };
    const problem = await refusal(libraryBundle({ migrate: [phase] }));
    expect(JSON.stringify(problem.problems)).toContain('migrations/001_shelf.sql');
  });

  test('"absolute or .. paths in … dir, sql"', async () => {
    const migrate = [
      { name: 'one', sql: ['../elsewhere/*.sql'] },
      { name: 'two', sql: ['/etc/*.sql'] },
      { name: 'three', dir: '../..', command: ['true'] },
      { name: 'four', dir: '/tmp', command: ['true'] },
    ];
    const problem = await refusal(libraryBundle({ migrate }));
    expect(problem.problems.length).toBeGreaterThanOrEqual(4);
  });

  test('phases: names are unique and [a-z0-9-]+, and "all before- come before all after-"', async () => {
    const phase = (name: string, when?: string) => ({ name, ...(when && { when }), command: ['true'] });
    const migrate = [phase('one', 'after-rollout'), phase('one'), phase('Not_This')];
    const problem = await refusal(libraryBundle({ migrate }));
    expect(problem.problems.length).toBeGreaterThanOrEqual(3);
  });

  test('durations, sizes and rates that are none', async () => {
    const migrate = [{ name: 'one', command: ['true'], timeout: 'soon', memory: '12 elephants' }];
    const problem = await refusal(libraryBundle({ migrate, load: { rate: 'fast' } }));
    const keys = problem.problems.map(({ key }) => key ?? '').join(' ');
    for (const key of ['timeout', 'memory', 'rate']) expect(keys).toContain(key);
  });

  test('"links out of the bundle"', async () => {
    const problem = await refusal({ ...libraryBundle(), 'config/secrets': { linkTo: '../../../etc/passwd' } });
    expect(JSON.stringify(problem)).toContain('config/secrets');
  });

  test('"devices, fifos, sockets"', async () => {
    await using bundle = await writtenBundle(libraryBundle());
    execFileSync('mkfifo', [join(bundle.dir, 'pipe')]);
    expect(JSON.stringify(await refusalOf(bundle.dir))).toContain('pipe');
  });

  test('"case-colliding names"', async () => {
    const problem = await refusal({ ...libraryBundle(), 'docs/Read.me': 'a', 'docs/read.me': 'b' });
    expect(JSON.stringify(problem).toLowerCase()).toContain('docs/read.me');
  });

  test('"names that are not UTF-8"', async () => {
    await using bundle = await writtenBundle(libraryBundle());
    writeFileSync(Buffer.concat([Buffer.from(`${bundle.dir}/caf`), Buffer.from([0xe9])]), 'x');
    expect(JSON.stringify(await refusalOf(bundle.dir))).toMatch(/caf.*UTF-8/);
  });

  test('"more than the limits (… depth 64 …)"', async () => {
    await using bundle = await writtenBundle(libraryBundle());
    const deep = join(bundle.dir, ...Array.from({ length: 70 }, () => 'd'));
    mkdirSync(deep, { recursive: true });
    writeFileSync(join(deep, 'file'), 'x');
    expect(JSON.stringify(await refusalOf(bundle.dir))).toMatch(/d\/d\/d.*64/);
  });
});

describe('an archive is refused with exit 2', () => {
  test('"absolute or .. paths in archive entries"', async () => {
    for (const name of ['../outside.sql', '/tmp/absolute.sql', 'a/../../outside.sql']) {
      const problem = await archiveRefusal([{ name, content: 'SELECT 1' }]);
      expect(JSON.stringify(problem)).toContain(name);
    }
  });

  test('"duplicate … names"', async () => {
    const entry = { name: 'migrations/001_shelf.sql', content: shelf };
    const problem = await archiveRefusal([entry, entry]);
    expect(JSON.stringify(problem)).toContain(entry.name);
  });

  test('"links out of the bundle", hard or symbolic', async () => {
    const symbolic = { name: 'out', content: '', link: { type: '2', target: '../../etc/passwd' } } as const;
    expect(JSON.stringify(await archiveRefusal([symbolic]))).toMatch(/out.*link/);
    const hard = { name: 'out', content: '', link: { type: '1', target: '/etc/passwd' } } as const;
    expect(JSON.stringify(await archiveRefusal([hard]))).toMatch(/out.*link/);
  });

  test('a file that is no archive at all', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.dir, 'bundle.tar.gz');
    writeFileSync(path, 'this is no archive');
    expect(JSON.stringify(await refusalOf(path))).toContain('archive');
  });
});

describe('how a refusal is said', () => {
  test('"with --format json, exits 2 … print one object { type, title, code, detail, remedy, problems }"', async () => {
    const problem = await refusal(libraryBundle({ nonsense: true }));
    for (const key of ['type', 'title', 'code', 'detail', 'remedy'] as const) expect(problem[key]).toMatch(/\S/);
    expect(problem.problems).toHaveLength(1);
    expect(problem.problems[0]).toMatchObject({ file: 'rehearsal.yaml', line: expect.any(Number), key: 'nonsense' });
  });

  test('"in other formats stdout stays empty and stderr says it"', async () => {
    await using bundle = await writtenBundle(libraryBundle({ nonsense: true }));
    for (const format of ['text', 'markdown', 'junit', 'sarif', 'html']) {
      const finished = await rehearse(['run', bundle.dir, '--format', format, '--host', 'process']);
      expect({ code: finished.code, stdout: finished.stdout }).toEqual({ code: 2, stdout: '' });
      expect(finished.stderr).toContain('nonsense');
    }
  });

  test('a usage error exits 2', async () => {
    expect((await rehearse(['run'])).code).toBe(2);
    for (const name of ['no-such-command', 'constructor']) {
      const { code, stderr } = await rehearse([name]);
      expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(`unknown command '${name}'`) });
    }
    await using bundle = await writtenBundle(libraryBundle());
    expect((await rehearse(['run', bundle.dir, '--only', 'no-such-scenario'])).code).toBe(2);
    expect((await rehearse(['run', bundle.dir, '--format', 'no-such-format'])).code).toBe(2);
    expect((await rehearse(['run', join(bundle.dir, 'not-there')])).code).toBe(2);
    for (const args of [['--seed', ''], ['--snapshot='], ['--out', '']]) {
      const { code, stdout, stderr } = await rehearse(['run', bundle.dir, ...args]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain('leave the option out');
    }
  });
});

async function refusal(files: BundleFiles): Promise<Problem> {
  await using bundle: Directory = await writtenBundle(files);
  return await refusalOf(bundle.dir);
}

async function refusalOf(path: string): Promise<Problem> {
  const finished = await rehearse(['run', path, '--format', 'json', '--host', 'process']);
  expect(finished.code, finished.stderr).toBe(2);
  return JSON.parse(finished.stdout);
}

const places = (problem: Problem, file: string) => problem.problems.filter((place) => place.file === file);

interface Entry {
  readonly name: string;
  readonly content: string;
  readonly link?: { readonly type: '1' | '2'; readonly target: string };
}

/** A tar is written by hand here, because no ordinary tool would write these. */
async function archiveRefusal(entries: readonly Entry[]): Promise<Problem> {
  await using directory = await temporaryDirectory();
  const path = join(directory.dir, 'bundle.tar');
  const files = Object.entries(libraryBundle()).map(([name, content]) => ({ name, content: String(content) }));
  writeFileSync(path, Buffer.concat([...[...files, ...entries].map(tarEntry), Buffer.alloc(1024)]));
  return await refusalOf(path);
}

function tarEntry({ name, content, link }: Entry): Buffer {
  const body = Buffer.from(content);
  const header = Buffer.alloc(512);
  header.write(name, 0, 100);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write(link?.type ?? '0', 156);
  header.write(link?.target ?? '', 157, 100);
  header.write('ustar\u000000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}
