import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../shared/domain/report.ts';
import { libraryBundle, shelf } from '../support/contract-bundles.ts';
import { type Rehearsed, rehearsed } from '../support/rehearsed.ts';
import { type Directory, temporaryDirectory, writtenBundle } from '../support/vendor.ts';

/** CONTRACT 1.2, computed here once more and independently. */
describe('the digest of a bundle', () => {
  let bundle: Directory;
  let archives: Directory;
  let fromDirectory: Rehearsed;

  beforeAll(async () => {
    bundle = await writtenBundle({
      ...libraryBundle(),
      'migrations/001_shelf.sql': shelf,
      '.hidden': 'counts',
      'ärger/ümlaut.txt': 'sorted by the bytes of its UTF-8 path',
      'a-b/file': 'a',
      'a/file': 'b',
      'current.sql': { linkTo: 'migrations/001_shelf.sql' },
    });
    mkdirSync(join(bundle.dir, '.git'));
    writeFileSync(join(bundle.dir, '.git/HEAD'), 'does not count');
    writeFileSync(join(bundle.dir, 'run.sh'), '#!/bin/sh\n');
    chmodSync(join(bundle.dir, 'run.sh'), 0o755);
    chmodSync(join(bundle.dir, '.hidden'), 0o604);
    utimesSync(join(bundle.dir, '.hidden'), 1, 1);
    archives = await temporaryDirectory();
    fromDirectory = await control(bundle.dir);
  });

  afterAll(async () => {
    await fromDirectory?.[Symbol.asyncDispose]();
    await archives?.[Symbol.asyncDispose]();
    await bundle?.[Symbol.asyncDispose]();
  });

  test('"path, NUL, f (x if executable by its owner, l for a link), NUL, size in decimal, NUL, SHA-256 …, LF"', () => {
    expect(fromDirectory.report.digests.bundle).toBe(digestOf(bundle.dir));
  });

  test('"a directory and its archives have one digest", "a leading ./" does not count', async () => {
    const plain = join(archives.dir, 'plain.tar');
    execFileSync('tar', ['-C', bundle.dir, '-cf', plain, '.']);
    expect(await digestIn(plain)).toBe(fromDirectory.report.digests.bundle);
  });

  test('"an archive whose only top-level entry is a directory … is read as that directory"', async () => {
    const wrapped = join(archives.dir, 'wrapped.tar.gz');
    execFileSync('tar', ['-C', dirname(bundle.dir), '-czf', wrapped, basename(bundle.dir)]);
    expect(await digestIn(wrapped)).toBe(fromDirectory.report.digests.bundle);
  });

  test('"or a .tar, .tar.gz or .tar.zst of one": compressed with zstd it has the same digest', async () => {
    const compressed = join(archives.dir, 'plain.tar.zst');
    const tar = execFileSync('tar', ['-C', bundle.dir, '-cf', '-', '.'], { maxBuffer: 64 * 1024 * 1024 });
    writeFileSync(compressed, zstdCompressSync(tar));
    expect(await digestIn(compressed)).toBe(fromDirectory.report.digests.bundle);
  });

  test('"--seed defaults to a number from the digest"', async () => {
    await using again = await control(bundle.dir);
    expect(again.report.seed).toBe(fromDirectory.report.seed);
    await using chosen = await control(bundle.dir, ['--seed', '42']);
    expect(chosen.report.seed).toBe(42);
  });

  test('defaults: previous "unknown", environment production, overlap rolling, PostgreSQL 17', () => {
    const { report } = fromDirectory;
    expect(report).toMatchObject({
      previous: 'unknown',
      environment: 'production',
      service: 'library',
      version: '2.0.0',
    });
    expect(report.compatibility.overlap).toBe('rolling');
    expect(report.host.postgres).toMatch(/^17\./);
    expect(report.snapshot.dataAsOf).toBeNull();
    expect(report.digests).toMatchObject({ previousApp: null, nextApp: null });
  });

  test('"--only leaves the others\' checks undetermined: exit 3 at best"', () => {
    const { report, finished } = fromDirectory;
    expect({ verdict: report.verdict, code: finished.code }).toEqual({ verdict: 'inconclusive', code: 3 });
    expect(new Set(report.runs.map((run) => run.scenario))).toEqual(new Set(['control']));
    expect(report.checks.some((check) => check.outcome === 'undetermined' && check.reason !== undefined)).toBe(true);
  });
});

const control = (bundle: string, args: readonly string[] = []) =>
  rehearsed(bundle, ['--host', 'process', '--only', 'control', ...args]);

async function digestIn(archive: string): Promise<Report['digests']['bundle']> {
  await using rehearsal = await control(archive);
  return rehearsal.report.digests.bundle;
}

function digestOf(root: string): string {
  const entries = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path !== '.git' && !path.startsWith('.git/'))
    .filter((path) => !lstatSync(join(root, path)).isDirectory())
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const whole = createHash('sha256');
  for (const path of entries) {
    const stat = lstatSync(join(root, path));
    const content = stat.isSymbolicLink()
      ? Buffer.from(readlinkSync(join(root, path)))
      : readFileSync(join(root, path));
    const kind = stat.isSymbolicLink() ? 'l' : (stat.mode & 0o100) !== 0 ? 'x' : 'f';
    const inner = createHash('sha256').update(content).digest('hex');
    whole.update(`${path}\0${kind}\0${content.length}\0${inner}\n`);
  }
  return `sha256:${whole.digest('hex')}`;
}
