import { SqlError, type SqlSession } from '../../shared/edge/ports/sql.ts';
import type { GeneratedTemplate } from './traffic-plan.ts';

/** An INSERT or DELETE that is slower on an idle server (an unindexed foreign key, say) would be a load of its own. */
const slowMs = 100;

/** Runs it twice in a transaction that is rolled back; true: it works, writes what it should, and is quick. */
export async function tryTemplate(session: SqlSession, template: GeneratedTemplate): Promise<boolean> {
  const parameters = template.keys[0] ?? [];
  await session.query("BEGIN; SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = '5s'");
  try {
    await once(session, template, parameters);
    const startedAtMs = performance.now();
    const rows = await once(session, template, parameters);
    const quick = template.act !== 'insert-and-delete' || performance.now() - startedAtMs < slowMs;
    return quick && (template.writes.length === 0 || rows === 1);
  } catch (error) {
    // Refused by the server: not a statement for this table. A lost connection is another matter.
    if (error instanceof SqlError && error.sqlstate !== undefined) return false;
    throw error;
  } finally {
    await session.query('ROLLBACK');
  }
}

/** Number of rows that were written (or, for the other act, removed again). */
async function once(
  session: SqlSession,
  { act, sql, undo }: GeneratedTemplate,
  parameters: readonly (string | null)[],
): Promise<number> {
  if (act === 'select') return (await session.query(sql, parameters)).length;
  if (act === 'update') return (await session.query(`${sql} RETURNING 1`, parameters)).length;
  const [row] = await session.query<{ key: string }>(sql, parameters);
  if (row === undefined || undo === undefined) return 0;
  return (await session.query(`${undo} RETURNING 1`, [row.key])).length;
}
