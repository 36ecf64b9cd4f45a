import type { Bundle } from '../shared/domain/bundle.ts';
import type { SqlSession } from '../shared/edge/ports/sql.ts';
import { identifiersOf, redactMessage } from '../shared/plan/normalize-sql.ts';

/** Keeps the names that the catalog and the migration know, and removes every other quoted part of a message. */
export async function openRedaction(bundle: Bundle, session: SqlSession): Promise<(message: string) => string> {
  const rows = await session.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class UNION SELECT attname FROM pg_attribute WHERE attnum > 0
     UNION SELECT conname FROM pg_constraint UNION SELECT tgname FROM pg_trigger UNION SELECT typname FROM pg_type
     UNION SELECT proname FROM pg_proc UNION SELECT nspname FROM pg_namespace UNION SELECT rolname FROM pg_roles
     UNION SELECT name FROM pg_settings`,
  );
  const identifiers = new Set(rows.map((row) => row.name));
  for (const { sql } of bundle.statements) for (const name of await identifiersOf(sql)) identifiers.add(name);
  return (message) => redactMessage(message, identifiers);
}
