import { storable } from './storable-text.ts';

const closing: Readonly<Record<string, string>> = { "'": "'", '"': '"', '`': '`', '«': '»', '“': '”', '„': '“' };

/**
 * A server's or tool's message without row values: every quoted part that is no known identifier becomes `…`, so do the
 * values of `Key (id)=(5)` and numbers that stand in parentheses of their own. When in doubt it removes too much.
 */
export function redactMessage(message: string, identifiers: ReadonlySet<string>): string {
  return redactQuoted(storable(message), identifiers)
    .replace(/=\s?\((?:[^()]|\([^()]*\))*\)/g, '=(…)')
    .replace(/(row contains )\(.*\)/gs, '$1(…)')
    .replace(/(^|[\s=,])\(\s*[-+]?[0-9][0-9.,:eE+\-\s/]*\)/g, '$1(…)');
}

function redactQuoted(message: string, identifiers: ReadonlySet<string>): string {
  let redacted = '';
  for (let at = 0; at < message.length; ) {
    const open = message[at] ?? '';
    const close = Object.hasOwn(closing, open) ? closing[open] : undefined;
    if (close === undefined || isApostrophe(message, at)) {
      redacted += open;
      at += 1;
      continue;
    }
    const nearest = message.indexOf(close, at + 1);
    const quoted = message.slice(at + 1, nearest < 0 ? message.length : nearest);
    if (nearest >= 0 && isKnown(quoted, identifiers)) {
      redacted += `${open}${quoted}${close}`;
      at = nearest + 1;
      continue;
    }
    redacted += `${open}…${close}`;
    at = valueEnd(message, at, open, close);
  }
  return redacted;
}

/** `can't`, `table's`: between two letters it quotes nothing. */
function isApostrophe(message: string, at: number): boolean {
  return message[at] === "'" && /^[A-Za-z]'[A-Za-z]/.test(message.slice(Math.max(0, at - 1), at + 2));
}

/** Names may be qualified: `public.alerts`, `alerts.id`. */
function isKnown(quoted: string, identifiers: ReadonlySet<string>): boolean {
  if (identifiers.has(quoted)) return true;
  const parts = quoted.split('.').map((part) => part.replace(/^"(.*)"$/, '$1'));
  return parts.length > 1 && parts.every((part) => identifiers.has(part));
}

/**
 * After the closing quote of a value. Servers do not double quotes inside of values: a quote followed by a letter is
 * part of the value, and where quotes do not pair up everything to the end is taken for it.
 */
function valueEnd(message: string, at: number, open: string, close: string): number {
  let end = message.indexOf(close, at + 1);
  while (end >= 0 && /[\p{L}\p{N}_]/u.test(message[end + 1] ?? '')) end = message.indexOf(close, end + 1);
  if (end < 0) return message.length;
  const rest = [...message.slice(end + 1)].filter((char, index) => {
    return (char === open || char === close) && !isApostrophe(message, end + 1 + index);
  });
  return open === close && rest.length % 2 === 1 ? message.length : end + 1;
}
