import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { QueryShape } from '../../../shared/domain/query-shape.ts';
import { pgSql } from '../../../shared/edge/adapters/pg-sql.ts';
import type { ServerAddress, SqlSession } from '../../../shared/edge/ports/sql.ts';
import { runLimits } from '../../../shared/plan/limits.ts';
import { queryShapes } from '../../../shared/plan/query-shapes.ts';
import { costShapes } from '../../../workers/probes/cost-shapes.ts';
import { prepareShapes } from '../../../workers/probes/prepare-shapes.ts';
import { readProductionQueries } from '../../../workers/probes/read-production-queries.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../support/embedded-postgres.ts';

let server: EmbeddedPostgres;
let admin: SqlSession;
let app: ServerAddress;
beforeAll(async () => {
  server = await startEmbeddedPostgres({
    settings: {
      shared_preload_libraries: 'pg_stat_statements',
      'pg_stat_statements.track': 'top',
      'pg_stat_statements.max': '20000',
    },
  });
  admin = await pgSql.connect(server.address, 'rehearsal/test');
  await admin.query(`CREATE EXTENSION pg_stat_statements; CREATE ROLE app LOGIN PASSWORD 'p';
    CREATE SCHEMA archive; GRANT USAGE ON SCHEMA archive TO app;
    CREATE TYPE mood AS ENUM ('calm', 'loud');
    CREATE TABLE alerts (id bigint PRIMARY KEY, state text, mood mood, body jsonb, at timestamptz, score real,
      tags text[]);
    CREATE TABLE archive.old_alerts (id bigint, state text);
    CREATE FUNCTION weight(bigint) RETURNS bigint LANGUAGE sql AS 'SELECT $1';
    CREATE SEQUENCE numbers; GRANT ALL ON ALL TABLES IN SCHEMA public, archive TO app; GRANT ALL ON SEQUENCE numbers TO app`);
  app = { ...server.address, user: 'app', password: 'p' };
});
afterAll(async () => {
  await admin?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
});

/** What applications send; each runs as it is. */
const sent = [
  "SELECT id, state FROM alerts WHERE state = 'open' AND at > now() - interval '1 day' ORDER BY 2, 1 LIMIT 10",
  "SELECT sum(CASE WHEN state = 'open' THEN 1 ELSE 0 END), extract(epoch FROM max(at)) FROM alerts",
  "SELECT date_trunc('day', at), count(*) FROM alerts WHERE at >= date '2026-01-01' GROUP BY 1 HAVING count(*) > 2",
  "SELECT body ->> 'who', body @> '{\"a\": 1}', round(score::numeric, 2) FROM alerts WHERE id IN (1, 2, -3)",
  "INSERT INTO alerts (id, state, mood, tags) VALUES (1, 'new', 'calm', ARRAY['a', 'b']) ON CONFLICT (id) DO UPDATE SET state = 'seen' RETURNING *",
  "UPDATE alerts SET mood = 'loud', score = score * 1.5 + 1, state = state || '!' WHERE id = 1 AND true",
  'WITH gone AS (DELETE FROM alerts WHERE id = 7 RETURNING id) SELECT count(*) + 1 FROM gone /* for user 7 */',
  "SELECT weight(id), substring(state from 1 for 3), position('a' in state) FROM alerts FETCH FIRST 5 ROWS ONLY",
  "SELECT nextval('numbers'), $$x$$ || 'y', 1.5, null, generate_series(1, 3)",
  "SELECT 'it''s', E'a\\n', coalesce(tags[1], ''), at at time zone 'utc' FROM alerts TABLESAMPLE SYSTEM (10)",
  'VALUES (1, true), (2, false)',
];

async function prepared(shapes: readonly QueryShape[]) {
  await using session = await pgSql.connect(app, 'rehearsal/test');
  return await prepareShapes(session, shapes);
}

describe('queries that are prepared and not executed', () => {
  test('every query that runs can be prepared without its values', async () => {
    await using session = await pgSql.connect(app, 'rehearsal/test');
    for (const sql of sent) await session.query(sql);
    const { shapes } = queryShapes(
      sent.map((sql) => ({ sql, session: 1 })),
      [],
      new Map(),
    );
    expect(shapes).toHaveLength(sent.length);
    expect(JSON.stringify(shapes)).not.toMatch(/open|utc|user 7|calm|2026/);
    expect([...(await prepared(shapes))].map(([{ sql }, { message }]) => `${message}: ${sql}`)).toEqual([]);
  });

  test('it is done with the search path of the session and the types of the driver', async () => {
    const { shapes } = queryShapes(
      [
        { sql: 'SELECT $1 + $2', session: 1, parameterTypes: [23, 0] },
        { sql: 'SET search_path TO archive, public', session: 2 },
        { sql: 'SELECT state FROM old_alerts', session: 2 },
        { sql: 'SELECT id FROM alerts', session: 1 },
        { sql: 'BEGIN; SELECT $1 + $2; COMMIT', session: 1 },
        { sql: "COPY alerts FROM '/nowhere'", session: 1 },
      ],
      [],
      new Map([[23, 'integer']]),
    );
    expect(shapes).toMatchObject([
      { types: ['integer'] },
      { searchPath: 'archive, public' },
      { sql: 'SELECT id FROM alerts' },
      { types: [] },
    ]);
    expect([...(await prepared(shapes)).values()].map(({ sqlstate }) => sqlstate)).toEqual(['42725']);
  });

  test('what uses a column or a function that is gone or renamed is found; nothing was executed', async () => {
    await using migration = await pgSql.connect({ ...server.address }, 'rehearsal/test');
    const { shapes } = queryShapes(
      sent.map((sql) => ({ sql, session: 1 })),
      [],
      new Map(),
    );
    await migration.query(`BEGIN; ALTER TABLE alerts DROP COLUMN score; ALTER TABLE alerts RENAME tags TO labels;
      DROP FUNCTION weight; SELECT setval('numbers', 41); COMMIT`);
    const refused = await prepared(shapes);
    expect(shapes.map((shape) => refused.get(shape)?.sqlstate)).toEqual([
      ...[
        undefined,
        undefined,
        undefined,
        '42703',
        '42703',
        '42703',
        undefined,
        '42883',
        undefined,
        '42703',
        undefined,
      ],
    ]);
    expect(await admin.query('SELECT last_value FROM numbers')).toEqual([{ last_value: '41' }]);
  });

  test('a text of several commands is refused as a whole, and a lock is no answer', async () => {
    const two = { sql: 'DELETE FROM alerts; DELETE FROM alerts', types: [], from: 'previous' } as const;
    expect((await prepared([two])).get(two)?.sqlstate).toBe('42601');
    await using holder = await pgSql.connect(server.address, 'rehearsal/test');
    await holder.query('BEGIN; LOCK TABLE alerts');
    const reads = { sql: 'SELECT id FROM alerts', types: [], from: 'previous' } as const;
    await expect(prepared([reads])).rejects.toMatchObject({ sqlstate: '55P03' });
  });
});

test('an index that is gone makes the generic plan dearer', async () => {
  await admin.query(`CREATE TABLE events (id bigint, kind text);
    INSERT INTO events SELECT n, 'kind ' || n % 500 FROM generate_series(1, 50000) AS n;
    CREATE INDEX events_kind ON events (kind); ANALYZE events; GRANT ALL ON events TO app`);
  const { shapes } = queryShapes(
    ["SELECT id FROM events WHERE kind = 'kind 3'", 'SELECT sum(CASE WHEN id > 2 THEN 1 ELSE 0 END) FROM events'].map(
      (sql) => ({ sql, session: 1 }),
    ),
    [],
    new Map(),
  );
  const costs = async () => {
    await using session = await pgSql.connect(app, 'rehearsal/test');
    const found = await costShapes(session, shapes);
    return shapes.map((shape) => found.get(shape) ?? 0);
  };
  const [looked = 0, summed = 0] = await costs();
  await admin.query('DROP INDEX events_kind');
  const now = await costs();
  expect(looked).toBeGreaterThan(0);
  expect(now[0]).toBeGreaterThan(3 * looked);
  expect(now[1]).toBe(summed);
});

test('what production ran is read where the extension kept it, without our own sessions', async () => {
  await using session = await pgSql.connect(app, 'rehearsal/test');
  for (const state of ['open', 'shut']) await session.query(`SELECT id FROM alerts WHERE state = '${state}'`);
  await admin.query('SELECT state FROM alerts WHERE id = 12345');
  const { texts: production, beyondLimit } = await readProductionQueries(admin, 'role');
  expect(beyondLimit).toBe(0);
  expect(production).toContain('SELECT id FROM alerts WHERE state = $1');
  expect(production.join()).not.toContain('SELECT state FROM alerts WHERE id =');
  const { shapes } = queryShapes(
    [{ sql: "SELECT id FROM alerts WHERE state = 'new'", session: 1 }],
    production,
    new Map(),
  );
  const same = shapes.filter(({ sql }) => sql === 'SELECT id FROM alerts WHERE state = $1');
  expect(same).toMatchObject([{ from: 'previous' }]);
  await admin.query('DROP EXTENSION pg_stat_statements');
  expect(await readProductionQueries(admin, 'role')).toEqual({ texts: [], beyondLimit: 0, hidden: 0, evictions: 0 });
  await admin.query('CREATE EXTENSION pg_stat_statements');
});

test('of more queries than are taken, those that ran most are, and the others are counted', async () => {
  await using session = await pgSql.connect(app, 'rehearsal/test');
  await admin.query('SELECT pg_stat_statements_reset()');
  const columns = Array.from({ length: 110 }, (_, index) => `c${index}`);
  await admin.query(`CREATE TABLE wide (${columns.map((name) => `${name} text`).join()}); GRANT SELECT ON wide TO app`);
  const pairs = columns.flatMap((one) => columns.map((other) => `SELECT ${one}, ${other} FROM wide`));
  const most = pairs.at(-1) ?? '';
  await session.query([...pairs, most].join(';'));
  const { texts, beyondLimit } = await readProductionQueries(admin, 'role');
  expect(texts[0]).toBe(most);
  expect(texts).toHaveLength(2 * runLimits.queryShapes);
  expect(beyondLimit).toBe(pairs.length - texts.length);
});
