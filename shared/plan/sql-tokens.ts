export interface SqlToken {
  /** `dollar`: a dollar-quoted string; `space`: white space and comments. */
  readonly kind: 'space' | 'word' | 'identifier' | 'string' | 'dollar' | 'number' | 'symbol';
  /** Offset after its last character. */
  readonly end: number;
}

/**
 * The token that begins at `at`, by the lexical rules of PostgreSQL. Source: scan.l and psqlscan.l of PostgreSQL 18.
 */
export function tokenAt(text: string, at: number): SqlToken {
  const afterSpace = spaceEnd(text, at);
  if (afterSpace > at) return { kind: 'space', end: afterSpace };
  const word = match(identifier, text, at);
  if (word !== null) {
    const end = at + word.length;
    const isEscapeString = (word === 'e' || word === 'E') && text[end] === "'";
    return isEscapeString ? { kind: 'string', end: escapeStringEnd(text, end) } : { kind: 'word', end };
  }
  if (text[at] === "'") return { kind: 'string', end: closingQuote(text, at, "'") };
  if (text[at] === '"') return { kind: 'identifier', end: closingQuote(text, at, '"') };
  const tag = match(dollarTag, text, at);
  if (tag !== null) {
    const end = text.indexOf(tag, at + tag.length);
    return { kind: 'dollar', end: end < 0 ? text.length : end + tag.length };
  }
  const number = match(numeric, text, at);
  if (number !== null) return { kind: 'number', end: at + number.length };
  return { kind: 'symbol', end: at + (match(parameter, text, at)?.length ?? 1) };
}

/** The delimiter of a dollar-quoted string that begins at `at`. */
export const dollarTagAt = (text: string, at: number): string => match(dollarTag, text, at) ?? '';

const space = /[ \t\n\r\f\v\uFEFF]+/y;
const identifier = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y;
const dollarTag = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y;
const numeric = /0[xX][0-9a-fA-F_]+|0[oObB][0-7_]+|(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/y;
const parameter = /\$[0-9]+/y;

function match(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}

function spaceEnd(text: string, at: number): number {
  let here = at;
  for (;;) {
    here += match(space, text, here)?.length ?? 0;
    if (text.startsWith('--', here)) here = lineEnd(text, here);
    else if (text.startsWith('/*', here)) here = blockCommentEnd(text, here);
    else return here;
  }
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end + 1;
}

const commentMark = /\/\*|\*\//g;

/** Block comments nest in PostgreSQL. */
function blockCommentEnd(text: string, at: number): number {
  commentMark.lastIndex = at;
  let depth = 0;
  for (let mark = commentMark.exec(text); mark !== null; mark = commentMark.exec(text)) {
    depth += mark[0] === '/*' ? 1 : -1;
    if (depth === 0) return commentMark.lastIndex;
  }
  return text.length;
}

/** A doubled quote is part of what is quoted. */
function closingQuote(text: string, at: number, quote: string): number {
  let end = text.indexOf(quote, at + 1);
  while (end >= 0 && text[end + 1] === quote) end = text.indexOf(quote, end + 2);
  return end < 0 ? text.length : end + 1;
}

const escapeSequence = /['\\]/g;
const continuedOnNextLine = /[ \t\f\v]*[\r\n][ \t\r\n\f\v]*(?=')/y;

/** `E'…'`; a string that goes on after a line break is still an escape string. */
function escapeStringEnd(text: string, quote: number): number {
  escapeSequence.lastIndex = quote + 1;
  for (let found = escapeSequence.exec(text); found !== null; found = escapeSequence.exec(text)) {
    if (found[0] === '\\') {
      escapeSequence.lastIndex += 1;
      continue;
    }
    const after = found.index + 1;
    if (text[after] === "'") {
      escapeSequence.lastIndex = after + 1;
      continue;
    }
    const gap = match(continuedOnNextLine, text, after);
    if (gap === null) return after;
    escapeSequence.lastIndex = after + gap.length + 1;
  }
  return text.length;
}
