import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Finding } from '../../../shared/domain/finding.ts';
import { judge } from '../../../shared/judge/judge.ts';
import { libraryApp, libraryBundle, twoApps, withPg } from '../../support/contract-bundles.ts';
import type { BundleFiles } from '../../support/vendor.ts';
import { openScenarioLab, type ScenarioLab } from './scenario-lab.ts';

let lab: ScenarioLab;
beforeAll(async () => {
  lab = await openScenarioLab();
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

/** Every name that somebody chose; the twin has all of them otherwise, and in another order of the alphabet. */
const names: Readonly<Record<string, string>> = {
  orders: 'zakupy',
  customers: 'buyers',
  visits: 'arrivals',
  note: 'remark',
  total: 'amount',
  progress: 'stage',
  buyer: 'payer',
  favoured: 'gold',
  called_at: 'moment',
  visits_by_time: 'when_they_came',
  scratch: 'notepad',
};
const renamed = (text: string): string => text.replace(/\b[a-z_]+\b/g, (word) => names[word] ?? word);
const wrapped = (sql: string): string => `DO $run$ BEGIN EXECUTE '${sql.replaceAll("'", "''")}'; END $run$`;

const seed = `
CREATE TABLE customers (id int PRIMARY KEY, buyer text NOT NULL);
CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, total int, note text);
CREATE TABLE visits (
  id int PRIMARY KEY, customers int NOT NULL REFERENCES customers ON DELETE CASCADE, called_at timestamptz
);
INSERT INTO customers SELECT n, 'customer ' || n FROM generate_series(1, 200) AS n;
INSERT INTO orders (total, note) SELECT n, 'as always' FROM generate_series(1, 2000) AS n;
INSERT INTO visits SELECT n, n % 200 + 1, now() FROM generate_series(1, 2000) AS n;
`;

const migrations: Readonly<Record<string, readonly string[]>> = {
  'shop/1_favoured.sql': ["SET LOCAL lock_timeout = '500ms'", 'ALTER TABLE customers ADD COLUMN favoured boolean'],
  'shop/2_progress.sql': [
    'ALTER TABLE orders ADD COLUMN progress text',
    'ALTER TABLE orders ALTER COLUMN note SET NOT NULL',
    'CREATE INDEX visits_by_time ON visits (called_at)',
    'DELETE FROM customers WHERE id > 150',
    'ALTER TABLE orders ALTER COLUMN total TYPE bigint',
  ],
  'last/3_scratch.sql': ['CREATE TABLE scratch (id int)', 'DROP TABLE scratch'],
};

/** Nothing but the text differs: what is said, and how, but never what the server is made to do. */
function bundleOf(write: (sql: string) => string, name: (text: string) => string): BundleFiles {
  const files = Object.entries(migrations).map(([path, statements]) => [
    path,
    statements.map((sql) => `${write(name(sql))};\n`).join(''),
  ]);
  const order = name("INSERT INTO orders (total) VALUES (7) RETURNING 'ordered' AS done");
  return libraryBundle(
    {
      migrate: [
        { name: 'shop', sql: ['shop/*.sql'], ledger: 'none' },
        { name: 'last', sql: ['last/*.sql'], transaction: 'none', ledger: 'none' },
      ],
      apps: twoApps,
      probes: [
        { name: 'somebody orders', request: { method: 'POST', path: '/' }, expect: { json: { done: 'ordered' } } },
      ],
      load: { rate: '50/s', duration: '1s', hold: '2s' },
    },
    {
      'seed.sql': name(seed),
      'package.json': withPg,
      'previous/app.js': libraryApp(order),
      'next/app.js': libraryApp(order.replace(/ \((\w+)\) VALUES \(7\)/, ` ($1, ${name('note')}) VALUES (7, 'new')`)),
      ...Object.fromEntries(files),
    },
  );
}

/** How long anything took is no matter of names. */
const timed = new Set(['weak-evidence', 'slow-traffic']);

const said = (findings: readonly Finding[], name: (text: string) => string): readonly string[] =>
  findings
    .filter(({ check }) => !timed.has(check))
    .map(({ check, severity, phase, relation, app, state, file, line }) =>
      [check, severity, phase, name(relation ?? ''), app, state, file, line].filter((part) => part).join(' '),
    )
    .sort();

async function findingsOf(files: BundleFiles): Promise<readonly Finding[]> {
  const bundle = await lab.bundle(files, ['control', 'contention', 'interruption', 'compatibility']);
  const { findings, checks } = judge(await bundle.rehearse());
  expect(checks.filter(({ outcome }) => outcome === 'broken')).toEqual([]);
  return findings;
}

test('other names and statements that are made up inside of the server change no finding', {
  timeout: 900_000,
}, async () => {
  const plain = said(
    await findingsOf(
      bundleOf(
        (sql) => sql,
        (text) => text,
      ),
    ),
    renamed,
  );
  const twin = said(await findingsOf(bundleOf(wrapped, renamed)), (text) => text);
  expect(twin).toEqual(plain);
  const found = plain.map((line) => line.split(' ').slice(0, 4).join(' '));
  expect(found).toEqual(
    expect.arrayContaining([
      'blocking-index-build warns shop public.arrivals',
      'leftover-object blocks last public.notepad',
      'lock-queue-pileup blocks shop public.zakupy',
      'long-exclusive-lock warns shop public.zakupy',
      'lost-rows blocks shop public.arrivals',
      'lost-rows warns shop public.buyers',
      'lost-to-lock-timeout warns shop public.buyers',
      'missing-lock-timeout warns shop public.zakupy',
      'table-rewrite warns shop public.zakupy',
    ]),
  );
  expect(found.some((line) => line.startsWith('broken-previous-version blocks'))).toBe(true);
  expect(found).not.toContain('missing-lock-timeout warns shop public.buyers');
});
