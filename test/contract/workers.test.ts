import { expect, test } from 'vitest';
import { libraryApp, libraryBundle, twoApps, withPg } from '../support/contract-bundles.ts';
import { blockingChecks, rehearsed, summaryOf } from '../support/rehearsed.ts';
import { reportMismatches } from '../support/report-shape.ts';
import { writtenBundle } from '../support/vendor.ts';

const app = libraryApp('SELECT count(*)::int AS books FROM books');
/** Asks for the title of a book again and again, and gives up at the first answer that it does not understand. */
const job = `import pg from 'pg';
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
const look = () => client.query('SELECT title FROM books LIMIT 1').catch((error) => {
  console.error(error.message);
  process.exit(7);
});
await look();
setInterval(look, 50);
`;
const probes = [{ name: 'books are counted', request: { path: '/books' }, expect: { json: { books: 500 } } }];

test('"background processes of that version; must stay alive": on every state on which their version must live', async () => {
  const workers = [{ name: 'title job', command: ['node', '../job.js'] }];
  await using bundle = await writtenBundle(
    libraryBundle(
      { apps: { previous: { ...twoApps.previous, workers }, next: twoApps.next }, probes },
      {
        'migrations/001.sql': 'ALTER TABLE books RENAME COLUMN title TO name;\n',
        'package.json': withPg,
        'job.js': job,
        'previous/app.js': app,
        'next/app.js': app,
      },
    ),
  );
  await using rehearsal = await rehearsed(bundle.dir, ['--host', 'process', '--only', 'control,compatibility']);
  const { report } = rehearsal;
  expect(reportMismatches(report)).toEqual([]);
  expect(blockingChecks(report), summaryOf(report)).toContain('broken-previous-version');
  const found = report.findings.filter(
    ({ check, severity }) => check === 'broken-previous-version' && severity === 'blocks',
  );
  expect(found).toMatchObject([{ app: 'previous', state: 'after pre-deploy' }]);
  expect(found[0]?.summary).toContain('background process “title job” ended by itself with exit code 7');
  const cells = report.compatibility.cells
    .filter(({ gates }) => gates)
    .map(({ app, boot, state, outcome }) => [app, boot, state, outcome].join(' '));
  expect(cells).toEqual(
    expect.arrayContaining([
      'previous fresh before pass',
      'previous fresh after pre-deploy fail',
      'previous running after pre-deploy fail',
      'next fresh after pre-deploy pass',
    ]),
  );
});
