import type { SqlSession } from '../../shared/edge/ports/sql.ts';

/** Where every sequence stands; one that nobody has asked yet has no last value and is left as it was made. */
export async function copySequences(from: SqlSession, into: SqlSession): Promise<void> {
  const sequences = await from.query<{ name: string; last: string }>(
    `SELECT format('%I.%I', schemaname, sequencename) AS name, last_value::text AS last
     FROM pg_sequences WHERE last_value IS NOT NULL`,
  );
  for (const { name, last } of sequences) {
    const [known] = await into.query('SELECT FROM pg_class WHERE oid = to_regclass($1)', [name]);
    if (known !== undefined) await into.query('SELECT setval($1::regclass, $2::bigint, true)', [name, last]);
  }
}
