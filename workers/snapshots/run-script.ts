import { RehearsalError } from '../../shared/domain/problem.ts';
import type { BulkSession } from '../../shared/edge/ports/bulk-sql.ts';
import { SqlError } from '../../shared/edge/ports/sql.ts';
import { identifiersOf, redactMessage } from '../../shared/plan/normalize-sql.ts';

export interface ScriptPlace {
  readonly file: string;
  readonly line: number;
}

/**
 * How a missing role is taken. `strict`: as an error. In what pg_dump wrote roles are named and never created;
 * `as-own-role`: everything
 * stays with the loading role; `as-in-production`: the role is made, so that ownership and grants are as they were.
 */
export type Manners = 'strict' | 'as-own-role' | 'as-in-production';

const missingRole = /^role "(.+)" does not exist$/;
/** GRANTs name a handful of roles; a statement that still finds one missing after so many is wrong. */
const rolesMax = 50;

/** Whether pg_dump wrote it. */
export const isDump = (text: string): boolean => /^-- PostgreSQL database dump/m.test(text.slice(0, 4096));

export async function runStatement(
  session: BulkSession,
  sql: string,
  place: ScriptPlace,
  manners: Manners,
): Promise<void> {
  for (let made = 0; ; made += 1) {
    try {
      await session.query(sql);
      return;
    } catch (error) {
      const role = missingRoleOf(error);
      if (manners === 'strict' || !(error instanceof SqlError)) throw refused(error, sql, place);
      // A newer pg_dump sets what an older server does not know and does not need.
      if (error.sqlstate === '42704' && /^SET\s/i.test(sql)) return;
      if (role === undefined || made === rolesMax) throw refused(error, sql, place);
      if (manners === 'as-own-role' && /\sOWNER\s+TO\s/i.test(sql)) return;
      await session.query(`CREATE ROLE "${role.replaceAll('"', '""')}"`);
    }
  }
}

export async function runCopy(
  session: BulkSession,
  sql: string,
  rows: AsyncIterable<Buffer> | Iterable<Buffer>,
  place: ScriptPlace,
): Promise<void> {
  try {
    await session.copyIn(sql, rows);
  } catch (error) {
    throw refused(error, sql, place);
  }
}

function missingRoleOf(error: unknown): string | undefined {
  if (!(error instanceof SqlError) || error.sqlstate !== '42704') return undefined;
  return missingRole.exec(error.message)?.[1];
}

/** What is loaded are rows: the server's message names what the statement names, and no value. */
function refused(cause: unknown, sql: string, { file, line }: ScriptPlace): unknown {
  if (!(cause instanceof SqlError)) return cause;
  const said = redactMessage(cause.message, new Set(identifiersOf(sql)));
  const message = cause.sqlstate === undefined ? said : `${said} (SQLSTATE ${cause.sqlstate})`;
  return new RehearsalError(
    'bundle',
    'snapshot-sql',
    `${file}:${line}: ${message}`,
    `correct the statement at ${file}:${line}; the files run in order, each statement for itself, and the first error ends it`,
    { problems: [{ file, line, message }], cause },
  );
}
