import { loadModule, normalizeSync } from 'libpg-query';
import { dollarTagAt, tokenAt } from './sql-tokens.ts';

export { redactMessage } from './redact-message.ts';

await loadModule();

/** Above this the parser's memory ends before the text does. */
const parsedCharsMax = 1024 * 1024;

/**
 * The statement with its constants removed: `$1`, `$2` … where the grammar knows them, `…` in what it leaves alone
 * (bodies,
 * defaults, texts that it cannot read). Numbers in DDL outside of bodies stay: they are lengths and scales of types.
 */
export function normalizeSql(sql: string): string {
  const dollarQuotes = hasBody.test(sql) ? 'are bodies' : 'are strings';
  const normalized = byGrammar(sql);
  return normalized === null
    ? blankConstants(sql, 'numbers too', dollarQuotes)
    : blankConstants(normalized, 'strings', dollarQuotes);
}

/** Statements whose dollar quotes hold code, which a reader needs; elsewhere they hold values. */
const hasBody = /^\s*(?:do|create\s+(?:or\s+replace\s+)?(?:function|procedure))\b/i;

/** Every name in the text, inside of bodies too, as the server would write it in a message. */
export function identifiersOf(sql: string): string[] {
  const found = new Set<string>();
  for (let at = 0; at < sql.length; ) {
    const { kind, end } = tokenAt(sql, at);
    const part = sql.slice(at, end);
    if (kind === 'word') found.add(part.toLowerCase());
    if (kind === 'identifier') found.add(part.slice(1, -1).replaceAll('""', '"'));
    if (kind === 'dollar') for (const name of identifiersOf(bodyOf(part))) found.add(name);
    at = end;
  }
  return [...found];
}

/** The text without its own string constants; what stands inside of bodies stays, for there it is code. */
export function withoutStrings(sql: string): string {
  let kept = '';
  for (let at = 0; at < sql.length; ) {
    const { kind, end } = tokenAt(sql, at);
    kept += kind === 'string' ? "''" : sql.slice(at, end);
    at = end;
  }
  return kept;
}

/** null where the grammar cannot read it, or would replace the whole body of a DO by one constant. */
function byGrammar(sql: string): string | null {
  if (sql.length > parsedCharsMax || /^\s*do\b/i.test(sql)) return null;
  try {
    const normalized = normalizeSync(sql);
    // Of texts that end inside of a quote it gives the error's message, with the value in it, instead of an error.
    return normalized.startsWith(firstToken(sql)) ? normalized : null;
  } catch (error) {
    // Only what a server would refuse too; the blanking lexer needs no grammar.
    if (error instanceof Error) return null;
    throw error;
  }
}

function firstToken(sql: string): string {
  const { kind, end } = tokenAt(sql, 0);
  return sql.slice(0, kind === 'space' ? tokenAt(sql, end).end : end);
}

function blankConstants(
  sql: string,
  what: 'strings' | 'numbers too',
  dollarQuotes: 'are bodies' | 'are strings',
): string {
  let blanked = '';
  /** The words since the last statement that EXECUTE makes of a string. */
  let words = '';
  for (let at = 0; at < sql.length; ) {
    const { kind, end } = tokenAt(sql, at);
    const part = sql.slice(at, end);
    if (kind !== 'space') words = `${words} ${part.toLowerCase()}`.slice(-rememberedChars);
    if (kind === 'string' && dollarQuotes === 'are bodies' && part.startsWith("'") && isExecuted(words, part))
      blanked += blankExecuted(part);
    else if (kind === 'dollar' && dollarQuotes === 'are bodies') blanked += blankBody(part);
    else if (kind === 'string' || kind === 'dollar') blanked += "'…'";
    else if (kind === 'number' && what === 'numbers too') blanked += '…';
    // Libraries write into comments who asked, and for whom.
    else if (kind === 'space' && /--|\/\*/.test(part)) blanked += ' ';
    else blanked += part;
    at = end;
  }
  return blanked;
}

const rememberedChars = 200;

/** A string right behind EXECUTE is a statement, and two of them are two; what is joined to it may be a value. */
const isExecuted = (words: string, part: string): boolean =>
  / execute(?: \()?(?: (?:pg_catalog \. )?format \()? $/.test(`${words.slice(0, -part.length).trimEnd()} `);

function blankExecuted(quoted: string): string {
  const code = quoted.slice(1, quoted.endsWith("'") ? -1 : undefined).replaceAll("''", "'");
  return `'${blankConstants(code, 'numbers too', 'are strings').replaceAll("'", "''")}'`;
}

function blankBody(quoted: string): string {
  const tag = dollarTagAt(quoted, 0);
  return `${tag}${blankConstants(bodyOf(quoted), 'numbers too', 'are bodies')}${tag}`;
}

function bodyOf(quoted: string): string {
  const tag = dollarTagAt(quoted, 0);
  const body = quoted.slice(tag.length);
  return body.endsWith(tag) ? body.slice(0, -tag.length) : body;
}
