import { expect, test } from 'vitest';
import type { DatabaseState, SchemaObject, SchemaObjectKind } from '../../../shared/domain/schema.ts';
import { pgSql } from '../../../shared/edge/adapters/pg-sql.ts';
import type { ServerAddress, SqlSession } from '../../../shared/edge/ports/sql.ts';
import { stateFingerprint } from '../../../shared/plan/state-fingerprint.ts';
import { readDatabaseState } from '../../../workers/probes/read-database-state.ts';
import { startEmbeddedPostgres } from '../../support/embedded-postgres.ts';
import { everythingSql } from './everything-sql.ts';

const connect = (address: ServerAddress, name = 'rehearsal/test') => pgSql.connect(address, name);
const read = (session: SqlSession) => readDatabaseState(session, { namedLedgers: [] });
const find = (state: DatabaseState, kind: SchemaObjectKind, name: string): SchemaObject | undefined =>
  state.schema.objects.find((object) => object.kind === kind && object.name === name);
const attributesOf = (state: DatabaseState, kind: SchemaObjectKind, name: string) =>
  find(state, kind, name)?.attributes;

test.each([15, 17, 18] as const)(
  'on PostgreSQL %i every kind of object is told, and nothing of the system',
  async (major) => {
    await using server = await startEmbeddedPostgres({ major });
    await using session = await connect(server.address);
    await session.query(everythingSql);
    const state = await read(session);

    const kinds = new Set(state.schema.objects.map((object) => object.kind));
    expect([...kinds].sort()).toEqual(
      [
        'column',
        'constraint',
        'domain',
        'enum',
        'extension',
        'function',
        'grant',
        'index',
        'policy',
        'rule',
        'schema',
      ].concat(['sequence', 'statistics', 'table', 'trigger', 'type', 'view']),
    );
    expect(find(state, 'table', 'pg_catalog.pg_class')).toBeUndefined();
    expect(state.schema.objects.filter((object) => object.name.includes('citext('))).toEqual([]);
    expect(find(state, 'extension', 'citext')).toBeDefined();
    expect(attributesOf(state, 'column', 'shop.customers.name')).toMatchObject({
      position: 5,
      type: 'text',
      notNull: false,
      default: "'x'::text",
      collation: 'pg_catalog.C',
    });
    expect(attributesOf(state, 'column', 'shop.customers.id')).toMatchObject({ identity: 'by default', default: null });
    expect(attributesOf(state, 'column', 'shop.orders.gross')).toMatchObject({ default: null, type: 'numeric' });
    expect(attributesOf(state, 'column', 'shop.orders.gross')?.generated).toContain('stored');
    expect(attributesOf(state, 'constraint', 'shop.orders.net_small')).toMatchObject({
      validated: false,
      enforced: true,
    });
    expect(attributesOf(state, 'index', 'shop.orders_customer')).toMatchObject({ valid: true, unique: false });
    expect(attributesOf(state, 'trigger', 'shop.orders.touch')).toMatchObject({ state: 'disabled' });
    expect(attributesOf(state, 'trigger', 'watcher')).toMatchObject({ state: 'enabled' });
    expect(attributesOf(state, 'table', 'shop.events_2024')).toMatchObject({ parents: 'shop.events' });
    expect(attributesOf(state, 'table', 'shop.orders')).toMatchObject({ options: 'fillfactor=80' });
    expect(attributesOf(state, 'view', 'shop.sums')).toMatchObject({ kind: 'materialized', populated: false });
    expect(attributesOf(state, 'enum', 'shop.mood')).toMatchObject({ labels: "'sad', 'fine', 'ok'" });
    expect(attributesOf(state, 'sequence', 'shop.orders_id_seq')).toMatchObject({
      ownedBy: 'shop.orders.id',
      max: '2147483647',
    });
    expect(attributesOf(state, 'domain', 'shop.price')).toMatchObject({ type: 'numeric(10,2)', notNull: true });
    expect(attributesOf(state, 'type', 'shop.pair')).toMatchObject({ attributes: 'a integer, b text' });
    const grants = state.schema.objects.filter((object) => object.kind === 'grant');
    expect(Object.fromEntries(grants.map(({ name, attributes }) => [name, attributes.privileges]))).toMatchObject({
      'table shop.orders to reader': 'INSERT*, SELECT*',
      'column shop.customers.name to reader': 'UPDATE',
      'schema shop to reader': 'USAGE',
      'function shop.touch() to PUBLIC': '',
      'default privileges postgres tables in shop to reader': 'SELECT',
    });
    expect(state.rowCounts).toMatchObject([
      { relation: 'shop.cache', rows: 0 },
      { relation: 'shop.customers', rows: 7 },
      { relation: 'shop.events_2024', rows: 0 },
      { relation: 'shop.orders', rows: 20 },
    ]);
    const names = state.schema.objects.map(({ kind, name }) => `${kind} ${name}`);
    expect(new Set(names).size).toBe(names.length);
  },
);

/** They follow a table through its renaming on one server, and mean nothing on another. */
const withoutOids = ({ rowCounts, ...state }: DatabaseState) => ({
  ...state,
  rowCounts: rowCounts.map(({ relation, rows }) => ({ relation, rows })),
});

test('two servers that took different ways to the same schema tell the same state', async () => {
  await using first = await startEmbeddedPostgres();
  await using second = await startEmbeddedPostgres();
  await using here = await connect(first.address);
  await using there = await connect(second.address);
  await here.query(everythingSql);
  // Uses up oids and transaction ids, fails half-way once, and reads with other session settings.
  await there.query('CREATE TABLE public.detour (id serial PRIMARY KEY, t text UNIQUE); DROP TABLE public.detour');
  await expect(there.query(`${everythingSql} SELECT 1 / 0`)).rejects.toThrow('division');
  await there.query(everythingSql);
  await there.query("SET search_path = shop, public; SET TimeZone = 'Asia/Tokyo'; SET DateStyle = 'German'");

  const [left, right] = [await read(here), await read(there)];
  expect(withoutOids(right)).toEqual(withoutOids(left));
  expect(stateFingerprint(right)).toBe(stateFingerprint(left));
});

const changes: readonly (readonly [string, string])[] = [
  ['an added column', 'ALTER TABLE shop.orders ADD COLUMN x integer'],
  ['a validated constraint', 'ALTER TABLE shop.orders VALIDATE CONSTRAINT net_small'],
  ['an enabled trigger', 'ALTER TABLE shop.orders ENABLE TRIGGER touch'],
  ['a foreign key whose triggers are off', 'ALTER TABLE shop.orders DISABLE TRIGGER ALL'],
  [
    'a changed function body',
    'CREATE OR REPLACE FUNCTION shop.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$',
  ],
  ['a column moved to the end', 'ALTER TABLE shop.customers DROP COLUMN mood, ADD COLUMN mood shop.mood'],
  ['a revoked privilege', 'REVOKE INSERT ON shop.orders FROM reader'],
  ['a statistics target', 'ALTER TABLE shop.orders ALTER customer SET STATISTICS 300'],
];

test('each change of the schema changes the fingerprint, and rows and sequence positions do not', async () => {
  await using server = await startEmbeddedPostgres();
  await using session = await connect(server.address);
  await session.query(everythingSql);
  let before = stateFingerprint(await read(session));
  await session.query("UPDATE shop.customers SET name = 'y'; SELECT nextval('shop.numbers')");
  expect(stateFingerprint(await read(session))).toBe(before);
  for (const [what, ddl] of changes) {
    await session.query(ddl);
    const after = stateFingerprint(await read(session));
    expect(after, what).not.toBe(before);
    before = after;
  }
});

test('a table that is locked is not counted, said so, and holds nothing up', async () => {
  await using server = await startEmbeddedPostgres();
  await using session = await connect(server.address);
  await using other = await connect(server.address);
  await session.query('CREATE TABLE a AS SELECT 1 AS x; CREATE TABLE b AS SELECT generate_series(1, 3) AS x');
  await other.query('BEGIN; LOCK TABLE b IN ACCESS EXCLUSIVE MODE');
  const state = await read(session);
  expect(state.rowCounts).toMatchObject([{ relation: 'public.a', rows: 1 }]);
  expect(state.uncounted).toEqual(['public.b']);
  expect(attributesOf(state, 'column', 'public.b.x')).toMatchObject({ type: 'integer' });
});

test('a failed concurrent build shows as an index that is not valid', async () => {
  await using server = await startEmbeddedPostgres();
  await using session = await connect(server.address);
  await session.query('CREATE TABLE a AS SELECT 1 AS x FROM generate_series(1, 2)');
  await expect(session.query('CREATE UNIQUE INDEX CONCURRENTLY a_x ON a (x)')).rejects.toThrow('unique');
  expect(attributesOf(await read(session), 'index', 'public.a_x')).toMatchObject({ valid: false, ready: false });
});
