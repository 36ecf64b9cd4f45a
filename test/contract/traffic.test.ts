import { expect, test } from 'vitest';
import { libraryBundle, withPg } from '../support/contract-bundles.ts';
import { rehearsed, summaryOf } from '../support/rehearsed.ts';
import { writtenBundle } from '../support/vendor.ts';

const seed = `
CREATE TABLE books (id integer PRIMARY KEY, title text NOT NULL);
INSERT INTO books SELECT n * 7, 'book ' || n FROM generate_series(1, 40) AS n;
CREATE TABLE draws (seq bigint PRIMARY KEY, picked integer NOT NULL, dice integer NOT NULL);
CREATE TABLE pairs (seq bigint PRIMARY KEY);
`;

const sawThemRight = 9;
/** Only a command of the bundle sees what the traffic wrote: it waits for enough of it and exits with what it thinks of it. */
const look = `import pg from 'pg';
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
const drawn = async () => (await client.query(\`SELECT count(*)::int AS many, coalesce(min(seq), 1)::int AS first,
  (coalesce(max(seq), 0) <= (SELECT count(*) FROM draws) + 20) AS counted,
  coalesce(bool_and(picked % 7 = 0 AND picked BETWEEN 7 AND 280), true) AS picked, count(DISTINCT picked)::int AS books,
  coalesce(min(dice), 2)::int AS least, coalesce(max(dice), 4)::int AS most,
  (SELECT count(*)::int FROM pairs) AS pairs, (SELECT count(*)::int FROM pairs JOIN draws USING (seq)) AS both
  FROM draws\`)).rows[0];
let seen = await drawn();
// Nobody else writes where there is no traffic.
for (const until = Date.now() + 8000; seen.many > 0 && seen.many < 60 && Date.now() < until; ) seen = await drawn();
const wrong = Object.entries({
  '$seq counts from 1': seen.first === 1 && seen.counted,
  '$pick draws what is there': seen.picked && (seen.many === 0 || seen.books > 5),
  '$random is inclusive': seen.many === 0 || (seen.least === 2 && seen.most === 4),
  'SQL with ; is one transaction': seen.pairs === seen.both,
}).flatMap(([rule, holds]) => (holds ? [] : [rule]));
if (wrong.length > 0) throw new Error(wrong + ' ' + JSON.stringify(seen));
await client.query("COMMENT ON TABLE books IS 'looked at'");
await client.end();
if (seen.many >= 60) process.exit(${sawThemRight});
`;

const draws = {
  rate: '40/s',
  duration: '2s',
  hold: '300ms',
  statements: [
    {
      sql: 'INSERT INTO draws VALUES ($seq, $pick(books.id), $random(2,4)); INSERT INTO pairs SELECT max(seq) FROM draws ON CONFLICT DO NOTHING',
    },
  ],
};

const drawing = libraryBundle(
  { load: draws, migrate: [{ name: 'pre-deploy', command: ['node', 'look.js'] }] },
  { 'seed.sql': seed, 'package.json': withPg, 'look.js': look },
);

test('"$pick draws from up to 10,000 values read before the run, $seq counts from 1, $random is inclusive; SQL with `;` is one transaction"', async () => {
  await using bundle = await writtenBundle(drawing);
  await using rehearsal = await rehearsed(bundle.dir, ['--host', 'process', '--only', 'control,under-load']);
  const { report } = rehearsal;
  const load = report.runs.find(({ id }) => id === 'under-load');
  expect(load?.migration[0], summaryOf(report)).toMatchObject({ exitCode: sawThemRight });
  expect(load?.load).toMatchObject({ failed: 0 });
});
