import type { SqlErrorObservation } from '../../shared/domain/observation.ts';
import { normalizeSql } from '../../shared/plan/normalize-sql.ts';
import type { LiveRun } from '../live-run.ts';

/** What the server refused, by SQLSTATE and shape, without values. */
export function sqlErrorsOf(
  run: LiveRun,
  statements: readonly { readonly sql: string; readonly sqlstate?: string; readonly message?: string }[],
): readonly SqlErrorObservation[] {
  const errors = new Map<string, SqlErrorObservation>();
  for (const { sql, sqlstate, message } of statements) {
    if (sqlstate === undefined) continue;
    const shape = normalizeSql(sql);
    const key = `${sqlstate} ${shape}`;
    const known = errors.get(key);
    errors.set(key, {
      sqlstate,
      message: run.redact.message(message ?? '', { sqlstate, sql }),
      sql: shape,
      count: (known?.count ?? 0) + 1,
    });
  }
  return [...errors.values()];
}
