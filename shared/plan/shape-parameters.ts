import { tokenAt } from './sql-tokens.ts';

/**
 * What became a parameter was a number, a truth value or a string, and a server infers other types from it than from
 * nothing: `sum(CASE … THEN 1 ELSE 0 END)` is one only of numbers. By number of the parameter.
 */
export function constantTypes(sql: string, normalized: string): ReadonlyMap<number, string> {
  const types = new Map<number, string>();
  const raw = tokensOf(sql);
  let at = 0;
  for (const token of tokensOf(normalized)) {
    const mine = raw[at];
    if (mine === undefined) break;
    if (mine.toLowerCase() === token.toLowerCase()) {
      at += 1;
      continue;
    }
    const parameter = /^\$(\d+)$/.exec(token)?.[1];
    // Only what lies between constants is left as it was; where it is not, nothing more is known.
    if (parameter === undefined) break;
    const isSigned = /^[-+]$/.test(mine);
    const type = typeOf(raw[isSigned ? at + 1 : at] ?? '');
    if (type !== undefined) types.set(Number(parameter), type);
    at += isSigned ? 2 : 1;
  }
  return types;
}

function typeOf(constant: string): string | undefined {
  if (/^\d+$/.test(constant)) return constant.length < 10 ? 'integer' : constant.length < 19 ? 'bigint' : 'numeric';
  if (/^[\d.]/.test(constant)) return 'numeric';
  return /^(true|false)$/i.test(constant) ? 'boolean' : undefined;
}

function tokensOf(sql: string): readonly string[] {
  const tokens: string[] = [];
  for (let at = 0; at < sql.length; ) {
    const { kind, end } = tokenAt(sql, at);
    if (kind !== 'space') tokens.push(sql.slice(at, end));
    at = end;
  }
  return tokens;
}

const typed =
  /\b(interval|date|timestamptz|timetz|(?:timestamp|time)(?:\s+with(?:out)?\s+time\s+zone)?|jsonb?|uuid|inet|cidr|numeric|bytea|point)\s+(\$\d+)(?:\s+(?:year|month|day|hour|minute|second)\b(?:\s+to\s+\w+)?)?/gi;
const extracted = /\b(extract\s*\(\s*)\$(\d+)(\s+from\b)/gi;

/** Two places where the grammar takes a constant and no parameter: `interval '1 day'` and `extract(year FROM …)`. */
export function repairedShape(
  normalized: string,
  types: readonly string[],
): { readonly sql: string; readonly types: readonly string[] } {
  const all = [...types];
  const sql = normalized
    .replace(typed, (_, type: string, parameter: string) => `CAST(${parameter} AS ${type})`)
    .replace(extracted, (_, before: string, number: string, after: string) => {
      while (all.length < Number(number)) all.push('unknown');
      // The server wants a type for every number up to the highest one.
      all[Number(number) - 1] = 'text';
      return `${before}epoch${after}`;
    });
  while (all.at(-1) === 'unknown') all.pop();
  return { sql, types: all };
}
