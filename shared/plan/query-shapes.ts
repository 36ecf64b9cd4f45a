import type { QueryShape, QueryShapes } from '../domain/query-shape.ts';
import { runLimits } from './limits.ts';
import { normalizeSql, queryWords } from './normalize-sql.ts';
import { queryWithin } from './query-within.ts';
import { constantTypes, repairedShape } from './shape-parameters.ts';
import { splitSql } from './split-sql.ts';
import { tokenAt } from './sql-tokens.ts';

/** A statement as a tap saw it, or as `pg_stat_statements` keeps it. */
export interface SentStatement {
  readonly sql: string;
  readonly session: number;
  readonly parameterTypes?: readonly number[];
}

/**
 * They use tables like queries, the only commands that a server prepares (the manual, "PREPARE"): where no query is
 * within them, that is told.
 */
const unreadable = new Set(['copy', 'declare', 'call', 'do', 'explain', 'truncate', 'lock', 'refresh']);

/**
 * The distinct queries among what previous sent, then those that only production is known to run, each without its
 * values. `typeNames` says what an object id of a type is called.
 */
export function queryShapes(
  sent: readonly SentStatement[],
  production: readonly string[],
  typeNames: ReadonlyMap<number, string>,
): QueryShapes {
  const shapes = new Map<string, QueryShape>();
  const known = new Set<string>();
  const unpreparable = new Set<string>();
  let overlong = 0;
  const add = (sql: string, shape: (normalized: string) => QueryShape): void => {
    const first = firstWord(sql);
    if (!queryWords.has(first)) {
      if (unreadable.has(first)) unpreparable.add(first.toUpperCase());
      return;
    }
    if (sql.length > runLimits.queryShapeChars) {
      overlong += 1;
      return;
    }
    const made = shape(normalizeSql(sql));
    const text = spaceless(made.sql);
    if (made.from === 'production' && known.has(text)) return;
    known.add(text);
    const key = JSON.stringify([text, made.types, made.searchPath]);
    if (!shapes.has(key)) shapes.set(key, made);
  };
  const searchPaths = new Map<number, string>();
  const read = new Set<string>();
  for (const { sql, session, parameterTypes = [] } of sent) {
    const given = parameterTypes.map((id) => typeNames.get(id) ?? 'unknown');
    for (const one of splitSql('', sql)) {
      const set = searchPathSetBy(one.sql);
      if (set !== undefined) searchPaths.set(session, set);
      const searchPath = searchPaths.get(session);
      const sending = JSON.stringify([one.sql, given, searchPath]);
      if (read.has(sending)) continue;
      read.add(sending);
      const asked = askedBy(one.sql);
      add(asked, (normalized) => ({
        ...repairedShape(normalized, merged(given, constantTypes(asked, normalized))),
        ...(searchPath === undefined ? {} : { searchPath }),
        from: 'previous',
      }));
    }
  }
  for (const sql of production) {
    add(askedBy(sql), (normalized) => ({ ...repairedShape(normalized, []), from: 'production' }));
  }
  const all = [...shapes.values()];
  return {
    shapes: all.slice(0, runLimits.queryShapes),
    beyondLimit: Math.max(0, all.length - runLimits.queryShapes),
    overlong,
    unpreparable: [...unpreparable].sort(),
  };
}

/** Texts of `pg_stat_statements` as they may be kept: without a value, and no longer than tells that it is too long. */
export function keepableQueries(texts: readonly string[]): readonly string[] {
  const kept = texts.flatMap((text) => {
    const sql = askedBy(text);
    const first = firstWord(sql);
    if (queryWords.has(first)) return [normalizeSql(sql.slice(0, runLimits.queryShapeChars + 1))];
    return unreadable.has(first) ? [first.toUpperCase()] : [];
  });
  return [...new Set(kept)];
}

/** Where what stands within is no query either, the command itself is what is told. */
function askedBy(text: string): string {
  const query = queryWithin(text);
  return queryWords.has(firstWord(query)) ? query : text;
}

function firstWord(sql: string): string {
  const first = tokenAt(sql, 0);
  const at = first.kind === 'space' ? first.end : 0;
  return sql.slice(at, tokenAt(sql, at).end).toLowerCase();
}

/** Two texts that differ only in white space are one query. */
const spaceless = (sql: string): string => sql.replace(/\s+/g, ' ').trim();

/** What SET gives it, as `set_config` takes it; undefined: it sets something else. */
function searchPathSetBy(sql: string): string | undefined {
  const value = /^\s*set\s+(?:session\s+|local\s+)?search_path\s*(?:=|\bto\b)\s*(.+)$/is.exec(sql)?.[1]?.trim();
  return value === undefined || /^default$/i.test(value) ? undefined : value.replaceAll("'", '"');
}

function merged(given: readonly string[], constants: ReadonlyMap<number, string>): readonly string[] {
  const count = Math.max(given.length, ...constants.keys());
  return Array.from({ length: count }, (_, index) => {
    const told = given[index];
    return told === undefined || told === 'unknown' ? (constants.get(index + 1) ?? 'unknown') : told;
  });
}
