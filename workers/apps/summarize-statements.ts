import type { SteadyProcess } from '../../shared/domain/steady.ts';
import type { TappedStatement } from '../../shared/edge/ports/tap.ts';
import { normalizeSql } from '../../shared/plan/normalize-sql.ts';

/** Enough to tell which became slow; the slowest are kept. */
const shapesKept = 100;

/** What a tap saw, by shapes: no value of a row is left in them. */
export function summarizeStatements(
  statements: readonly TappedStatement[],
): Pick<SteadyProcess, 'statements' | 'sqlErrors' | 'shapes'> {
  const shapes = new Map<string, string>();
  const shapeOf = (sql: string): string => {
    const known = shapes.get(sql) ?? normalizeSql(sql);
    shapes.set(sql, known);
    return known;
  };
  const byShape = Map.groupBy(statements, ({ sql }) => shapeOf(sql));
  const refused = statements.filter(({ sqlstate }) => sqlstate !== undefined);
  const errors = Map.groupBy(refused, ({ sqlstate, sql }) => `${sqlstate} ${shapeOf(sql)}`);
  return {
    statements: statements.length,
    sqlErrors: [...errors.values()].flatMap((same) => {
      const [first] = same;
      if (first?.sqlstate === undefined) return [];
      const maxMs = rounded(Math.max(...same.map(({ durationMs }) => durationMs)));
      return [{ sqlstate: first.sqlstate, sql: shapeOf(first.sql), count: same.length, maxMs }];
    }),
    shapes: [...byShape]
      .map(([sql, same]) => {
        const durationsMs = same.map(({ durationMs }) => durationMs);
        return { sql, count: same.length, p95Ms: p95(durationsMs), maxMs: rounded(Math.max(...durationsMs)) };
      })
      .toSorted((left, right) => right.maxMs - left.maxMs)
      .slice(0, shapesKept),
  };
}

/** The nearest rank; 0 where there is nothing. */
export function p95(durationsMs: readonly number[]): number {
  const sorted = durationsMs.toSorted((left, right) => left - right);
  return rounded(sorted[Math.max(0, Math.ceil(sorted.length * 0.95) - 1)] ?? 0);
}

const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;
