import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { ensurePages } from '../../infra/setup/pages.mjs';
import type { Report } from '../../shared/domain/report.ts';
import { checkout, rehearse } from '../support/cli.ts';
import { libraryApp, libraryBundle, twoApps, withPg } from '../support/contract-bundles.ts';
import { temporaryDirectory, writtenBundle } from '../support/vendor.ts';
import { openBrowser, type WatchedPage, watchedPage } from './open-browser.ts';

interface RehearsedReport extends AsyncDisposable {
  readonly report: Report;
  /** `report.html` as the command wrote it, on this disk. */
  readonly address: string;
  readonly dir: string;
}

/** A column is renamed while previous reads it, behind whatever has been reading the table: red in traffic and in versions. */
const renamed = libraryBundle(
  {
    previous: '1.0.0',
    apps: twoApps,
    probes: [{ name: 'the first book', request: { path: '/books/1' }, expect: { json: { name: 'book 1' } } }],
    load: { rate: '40/s', duration: '1s', hold: '1500ms' },
    migrate: [{ name: 'pre-deploy', sql: ['migrations/*.sql'], memory: '200MiB' }],
  },
  {
    'package.json': withPg,
    'migrations/001_rename.sql': 'ALTER TABLE books RENAME COLUMN title TO name;\n',
    'previous/app.js': libraryApp('SELECT title AS name FROM books WHERE id = 1'),
    'next/app.js': libraryApp('SELECT name FROM books WHERE id = 1'),
  },
);

/** Rehearsed here and now, with all files that `--out` writes. */
async function rehearsedReport(): Promise<RehearsedReport> {
  if (!ensurePages()) throw new Error('the pages could not be built');
  await using bundle = await writtenBundle(renamed);
  const out = await temporaryDirectory();
  const args = ['run', bundle.dir, '--host', 'process', '--out', out.dir];
  const { code, stderr } = await rehearse(args, { cwd: checkout, timeoutMs: 280_000 });
  if (code !== 1) throw new Error(`expected a verdict of fail, got exit code ${code}:\n${stderr}`);
  return {
    report: JSON.parse(await readFile(join(out.dir, 'report.json'), 'utf8')) as Report,
    address: pathToFileURL(join(out.dir, 'report.html')).href,
    dir: out.dir,
    [Symbol.asyncDispose]: () => out[Symbol.asyncDispose](),
  };
}

/** A machine that is busy with other things answers late. */
export const patience = { timeout: 20_000 };

interface Looking extends RehearsedReport {
  readonly browser: Browser;
}

/** One rehearsal for the tests that follow, each with a page of its own that is opened from this disk. */
export function rehearsedLook() {
  let look: Looking | undefined;
  const looking = (): Looking => {
    if (look === undefined) throw new Error('nothing was rehearsed');
    return look;
  };
  beforeAll(async () => {
    const [browser, rehearsed] = await Promise.all([openBrowser(), rehearsedReport()]);
    look = { ...rehearsed, browser };
  });
  afterAll(async () => {
    await look?.browser.close();
    await look?.[Symbol.asyncDispose]();
  });
  return {
    looking,
    opened: async (options: Parameters<typeof watchedPage>[1] = {}, hash = ''): Promise<WatchedPage> => {
      const watched = await watchedPage(looking().browser, options);
      await watched.page.goto(looking().address + hash);
      await watched.page.getByRole('heading', { level: 1 }).waitFor();
      return watched;
    },
  };
}
