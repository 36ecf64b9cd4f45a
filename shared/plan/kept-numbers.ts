/**
 * Numbers of a definition that say what it makes, and no value of a row: a reader needs them. All are known by the
 * words around them, so that a text whose constants are gone already is read in the same way again.
 */

/** Types that take modifiers, most of them no possible names of functions: the manual, chapter 8; pgvector; PostGIS. */
const typesWithModifiers = new Set(
  (
    'bit varbit char character bpchar nchar varchar varying numeric decimal dec float time timetz timestamp timestamptz ' +
    'interval second vector halfvec sparsevec geometry geography'
  ).split(' '),
);
const modifiers = /\s*\(\s*(?:[a-z]+\s*,\s*)?[+-]?[0-9]+\s*(?:,\s*[+-]?[0-9]+\s*)?\)/iy;

/** `(10,2)` behind the word that ends at `at`; empty where the word is no type or nothing of the kind follows. */
export function modifiersAfter(word: string, sql: string, at: number): string {
  if (!typesWithModifiers.has(word.toLowerCase())) return '';
  modifiers.lastIndex = at;
  return modifiers.exec(sql)?.[0] ?? '';
}

const storage = / (?:with|set) \( [^()]*= (?:[-+] )?$/;
const hashPartition = / with \( modulus $| with \( modulus [^()]*, remainder $/;

/** Whether the words before a number, a space between each, leave it a storage parameter or the part of a partition. */
export const isSetting = (before: string): boolean => storage.test(before) || hashPartition.test(before);
