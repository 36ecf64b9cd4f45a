/** A run of any characters, or what one character must be. */
type Part = 'any run' | ((char: string) => boolean);

/**
 * `* ? []` of one name, as a shell matches them, and nothing else: no wildcard and no class takes a leading dot. It
 * goes back to the last `*` only, so that no pattern of a stranger takes longer than its length times that of the name.
 */
export function nameMatcher(pattern: string): (name: string) => boolean {
  const parts = partsOf([...pattern]);
  const takesDot = pattern.startsWith('.');
  return (name) => (takesDot || !name.startsWith('.')) && matches(parts, [...name]);
}

export const hasWildcard = (pattern: string): boolean => /[*?[]/.test(pattern);

function matches(parts: readonly Part[], chars: readonly string[]): boolean {
  let part = 0;
  let at = 0;
  let back: { readonly part: number; at: number } | undefined;
  for (let char = chars[at]; char !== undefined; char = chars[at]) {
    const wanted = parts[part];
    if (wanted === 'any run') {
      part += 1;
      back = { part, at };
    } else if (wanted?.(char)) {
      part += 1;
      at += 1;
    } else {
      if (back === undefined) return false;
      back.at += 1;
      ({ part, at } = back);
    }
  }
  return parts.slice(part).every((rest) => rest === 'any run');
}

function partsOf(chars: readonly string[]): readonly Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < chars.length; ) {
    const char = chars[at];
    const one = char === '[' ? classAt(chars, at) : undefined;
    if (char === '*') parts.push('any run');
    else if (char === '?') parts.push(() => true);
    else parts.push(one?.takes ?? ((found) => found === char));
    at = one?.end ?? at + 1;
  }
  return parts;
}

type Range = readonly [from: number, to: number];

/** `[…]`, or undefined where it does not close: then `[` is a letter. The manual, glob(7), and POSIX 2.13.1. */
function classAt(
  chars: readonly string[],
  start: number,
): { takes: (char: string) => boolean; end: number } | undefined {
  const isNegated = chars[start + 1] === '!' || chars[start + 1] === '^';
  const first = start + (isNegated ? 2 : 1);
  const ranges: Range[] = [];
  for (let at = first; at < chars.length; ) {
    const char = chars[at] ?? '';
    if (char === ']' && at > first) {
      const isIn = (found: string) => ranges.some(([from, to]) => from <= codeOf(found) && codeOf(found) <= to);
      return { takes: (found) => isIn(found) !== isNegated, end: at + 1 };
    }
    const named = namedAt(chars, at);
    const to = chars[at + 2];
    if (named !== undefined) {
      ranges.push(...named.ranges);
      at = named.end;
    } else if (chars[at + 1] === '-' && to !== undefined && to !== ']') {
      ranges.push([codeOf(char), codeOf(to)]);
      at += 3;
    } else {
      ranges.push([codeOf(char), codeOf(char)]);
      at += 1;
    }
  }
  return undefined;
}

const codeOf = (char: string): number => char.codePointAt(0) ?? -1;

/** In ASCII, as in the C locale: which letters another locale knows is nothing that a migration may depend on. */
const namedClasses: Readonly<Record<string, string>> = {
  alnum: '09AZaz',
  alpha: 'AZaz',
  digit: '09',
  lower: 'az',
  punct: '!/:@[`{~',
  space: '\t\r  ',
  upper: 'AZ',
  xdigit: '09AFaf',
};

/** `[:digit:]` inside of a class. */
function namedAt(chars: readonly string[], at: number): { ranges: readonly Range[]; end: number } | undefined {
  const name = /^\[:([a-z]{5,6}):\]/.exec(chars.slice(at, at + 10).join(''))?.[1] ?? '';
  const bounds = Object.hasOwn(namedClasses, name) ? namedClasses[name] : undefined;
  if (bounds === undefined) return undefined;
  const ranges = bounds.match(/../gs)?.map(([from = '', to = '']): Range => [codeOf(from), codeOf(to)]) ?? [];
  return { ranges, end: at + name.length + 4 };
}
