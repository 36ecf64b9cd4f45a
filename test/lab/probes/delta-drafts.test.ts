import { expect, test } from 'vitest';
import type { DatabaseState } from '../../../shared/domain/schema.ts';
import { pgSql } from '../../../shared/edge/adapters/pg-sql.ts';
import { deltaDrafts } from '../../../shared/edge/adapters/repair/delta-drafts.ts';
import { startEmbeddedPostgres } from '../../support/embedded-postgres.ts';

const empty: DatabaseState = { schema: { objects: [] }, ledgers: [], rowCounts: [] };
const ledger = (...versions: readonly string[]) => ({
  relation: 'public.schema_migrations',
  tool: 'dbmate',
  entries: versions.map((version) => ({ version, dirty: false })),
});

test('pg-delta drafts what is missing and what is left over, and nothing that would lose data', async () => {
  await using server = await startEmbeddedPostgres();
  const { address } = server;
  await using admin = await pgSql.connect(address, 'rehearsal/test');
  const database = async (name: string, sql: string) => {
    await admin.query(`CREATE DATABASE ${name}`);
    await using session = await pgSql.connect({ ...address, database: name }, 'rehearsal/test');
    await session.query(sql);
    return { ...address, database: name };
  };
  const books = 'CREATE TABLE books (id int PRIMARY KEY, title text);';
  const halfDone = `${books} CREATE FUNCTION log() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER log BEFORE UPDATE ON books FOR EACH ROW EXECUTE FUNCTION log();`;
  const reference = await database('reference', `${books} ALTER TABLE books ADD COLUMN shelf text;`);
  const damaged = await database('damaged', halfDone);
  const actual = { ...empty, ledgers: [ledger('1')] };
  const expected = { ...empty, ledgers: [ledger('1', '2')] };
  const [draft] = await deltaDrafts.draft({ expected, actual, reference: admin, at: { damaged, reference } });
  expect(draft?.by).toBe('pg-delta');
  await using session = await pgSql.connect(damaged, 'rehearsal/test');
  const statements = draft?.statements ?? [];
  for (const sql of statements.slice(0, -1)) await session.query(sql);
  expect(statements.at(-1)).toBe("INSERT INTO public.schema_migrations (version) VALUES ('2');");
  const shelf = "SELECT FROM information_schema.columns WHERE table_name = 'books' AND column_name = 'shelf'";
  expect(await session.query(shelf)).toHaveLength(1);
  expect(await session.query('SELECT FROM pg_trigger WHERE NOT tgisinternal')).toHaveLength(0);

  const fuller = await database('fuller', `${books} ALTER TABLE books ADD COLUMN gone text;`);
  expect(await deltaDrafts.draft({ expected, actual, reference: admin, at: { damaged: fuller, reference } })).toEqual(
    [],
  );
});
