import { afterAll, beforeAll, expect, test } from 'vitest';
import { pgSql } from '../../../shared/edge/adapters/pg-sql.ts';
import type { ServerAddress, SqlSession } from '../../../shared/edge/ports/sql.ts';
import { readProductionQueries } from '../../../workers/probes/read-production-queries.ts';
import { readQueries } from '../../../workers/snapshots/capture-workload.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../support/embedded-postgres.ts';

/** The fewest that the extension lets itself be told to keep. */
const keptMax = 100;

let server: EmbeddedPostgres;
let admin: SqlSession;
let app: ServerAddress;
beforeAll(async () => {
  server = await startEmbeddedPostgres({
    settings: {
      shared_preload_libraries: 'pg_stat_statements',
      'pg_stat_statements.track': 'top',
      'pg_stat_statements.max': `${keptMax}`,
    },
  });
  admin = await pgSql.connect(server.address, 'rehearsal/test');
  await admin.query(`CREATE EXTENSION pg_stat_statements; CREATE ROLE app LOGIN PASSWORD 'p'; CREATE ROLE web;
    CREATE TABLE alerts (id int, state text); GRANT SELECT ON alerts TO app, web`);
  app = { ...server.address, user: 'app', password: 'p' };
});
afterAll(async () => {
  await admin?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
});

const askedByWeb = 'SET ROLE web; SELECT state FROM alerts; SELECT max(id) FROM alerts; RESET ROLE';

test('texts that are hidden from whoever makes a snapshot are counted', async () => {
  await admin.query('SELECT pg_stat_statements_reset()');
  await admin.query(askedByWeb);
  await using session = await pgSql.connect(app, 'rehearsal/test');
  await session.query('SELECT id FROM alerts');
  const { queries, queriesHidden = 0 } = await readQueries(session);
  expect(queries?.filter((sql) => sql.includes('alerts'))).toEqual(['SELECT id FROM alerts']);
  expect((await readQueries(session)).queries?.join()).not.toContain('pg_stat_statements');
  // Those of `web`, and what the superuser sent meanwhile.
  expect(queriesHidden).toBeGreaterThanOrEqual(2);
  await admin.query('GRANT pg_read_all_stats TO app');
  const shown = await readQueries(session);
  expect(shown.queries).toEqual(expect.arrayContaining(['SELECT max(id) FROM alerts', 'SELECT state FROM alerts']));
  expect(shown).not.toHaveProperty('queriesHidden');
  await admin.query('REVOKE pg_read_all_stats FROM app');
});

test('that the whole view is refused is told, too', async () => {
  await admin.query('REVOKE SELECT ON pg_stat_statements FROM PUBLIC');
  await using session = await pgSql.connect(app, 'rehearsal/test');
  expect(await readQueries(session)).toEqual({ queriesHidden: 'all' });
  await admin.query('GRANT SELECT ON pg_stat_statements TO PUBLIC');
});

test('how often the extension let the least frequent ones go is told', async () => {
  await admin.query('SELECT pg_stat_statements_reset()');
  expect(await readProductionQueries(admin, 'role')).toMatchObject({ hidden: 0, evictions: 0 });
  expect(await readQueries(admin)).not.toHaveProperty('queryEvictions');
  const asked = Array.from({ length: 2 * keptMax }, (_, index) => `SELECT ${'id, '.repeat(index)}id FROM alerts`);
  await using session = await pgSql.connect(app, 'rehearsal/test');
  await session.query(asked.join(';'));
  const { evictions } = await readProductionQueries(admin, 'role');
  expect(evictions).toBeGreaterThan(0);
  // Reading them is a query that is kept, too.
  expect((await readQueries(session)).queryEvictions).toBeGreaterThanOrEqual(evictions);
});

test('a library that is named and not loaded is not asked', async () => {
  await using bare = await startEmbeddedPostgres({ settings: { 'pg_stat_statements.max': '200' } });
  await using session = await pgSql.connect(bare.address, 'rehearsal/test');
  await session.query('CREATE EXTENSION pg_stat_statements');
  expect(await readQueries(session)).toEqual({});
});
