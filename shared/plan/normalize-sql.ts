import { loadModule, normalizeSync } from 'libpg-query';
import { isSetting, modifiersAfter } from './kept-numbers.ts';
import { nextPiece, type SqlPiece } from './scan-sql.ts';
import { dollarTagAt, tokenAt } from './sql-tokens.ts';

export { redactMessage } from './redact-message.ts';

await loadModule();

/** Above this the parser's memory ends before the text does. */
const parsedCharsMax = 1024 * 1024;

/**
 * The statement with its constants removed: `$1`, `$2` … where the grammar knows them, `…` in what it leaves alone
 * (bodies, defaults, conditions and queries of definitions, texts that it cannot read). Numbers of a query that it
 * leaves stay: they are places of columns; of the others those in kept-numbers.ts. A statement that has lost its
 * constants stays as it is.
 */
export function normalizeSql(sql: string): string {
  const normalized = byGrammar(sql);
  if (normalized !== null) {
    return eachStatement(normalized, (statement) => blankOne(statement, isQuery(statement) ? 'strings' : 'values'));
  }
  const isOne = sql.length > parsedCharsMax || statementsOf(sql).length <= 1;
  return isOne ? blankOne(sql, 'values') : eachStatement(sql, normalizeSql);
}

/** The first words of the only statements of which the grammar knows every constant. */
export const queryWords = new Set(['select', 'insert', 'update', 'delete', 'merge', 'values', 'with', 'table', '(']);
const isQuery = (statement: string): boolean => queryWords.has(firstToken(statement).toLowerCase());

const blankOne = (statement: string, what: 'strings' | 'values'): string =>
  blankConstants(statement, what, hasBody.test(statement) ? 'are bodies' : 'are strings');

function statementsOf(sql: string): readonly SqlPiece[] {
  const pieces: SqlPiece[] = [];
  for (let piece = nextPiece(sql, 0, 'sql'); piece !== null; piece = nextPiece(sql, piece.next, 'sql'))
    pieces.push(piece);
  return pieces;
}

/** What stands between statements has no constants, and comments go. */
function eachStatement(sql: string, normalize: (statement: string) => string): string {
  let normalized = '';
  let at = 0;
  for (const { start, end } of statementsOf(sql)) {
    normalized += blankConstants(sql.slice(at, start), 'values', 'are strings') + normalize(sql.slice(start, end));
    at = end;
  }
  return normalized + blankConstants(sql.slice(at), 'values', 'are strings');
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
  what: 'strings' | 'values' | 'every number',
  dollarQuotes: 'are bodies' | 'are strings',
): string {
  let blanked = '';
  /** The words since the last statement that EXECUTE makes of a string. */
  let words = '';
  for (let at = 0; at < sql.length; ) {
    const { kind, end } = tokenAt(sql, at);
    const part = sql.slice(at, end);
    const before = `${words} `;
    if (kind !== 'space') words = `${before}${part.toLowerCase()}`.slice(-rememberedChars);
    if (kind === 'string' && dollarQuotes === 'are bodies' && part.startsWith("'") && isExecuted(words, part))
      blanked += blankExecuted(part);
    else if (kind === 'dollar' && dollarQuotes === 'are bodies') blanked += blankBody(part);
    else if (kind === 'string' || kind === 'dollar') blanked += "'…'";
    else if (kind === 'number' && what !== 'strings' && !(what === 'values' && isSetting(before))) blanked += '…';
    // Libraries write into comments who asked, and for whom.
    else if (kind === 'space' && /--|\/\*/.test(part)) blanked += ' ';
    else blanked += part;
    at = end;
    if (kind !== 'word' || what !== 'values') continue;
    const kept = modifiersAfter(part, sql, end);
    blanked += kept;
    at += kept.length;
  }
  return blanked;
}

const rememberedChars = 200;

/** A string right behind EXECUTE is a statement, and two of them are two; what is joined to it may be a value. */
const isExecuted = (words: string, part: string): boolean =>
  / execute(?: \()?(?: (?:pg_catalog \. )?format \()? $/.test(`${words.slice(0, -part.length).trimEnd()} `);

function blankExecuted(quoted: string): string {
  const code = quoted.slice(1, quoted.endsWith("'") ? -1 : undefined).replaceAll("''", "'");
  return `'${blankConstants(code, 'every number', 'are strings').replaceAll("'", "''")}'`;
}

function blankBody(quoted: string): string {
  const tag = dollarTagAt(quoted, 0);
  return `${tag}${blankConstants(bodyOf(quoted), 'every number', 'are bodies')}${tag}`;
}

function bodyOf(quoted: string): string {
  const tag = dollarTagAt(quoted, 0);
  const body = quoted.slice(tag.length);
  return body.endsWith(tag) ? body.slice(0, -tag.length) : body;
}
