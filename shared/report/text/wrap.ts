import { limits } from '../limits.ts';
import { excerpt, oneLine, printable } from '../words.ts';

/** Names and messages come from strangers: no control character of theirs reaches the terminal. */
export const plain = (text: string): string => oneLine(printable(excerpt(text, limits.valueCharacters)));

/** Breaks between words at the terminal's width; a word that is longer than a line stays whole, to be copied. */
export function wrap(text: string, first: string, rest: string = first): string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of plain(text).split(' ')) {
    if (!empty && line.length + 1 + word.length > limits.terminalColumns) {
      lines.push(line);
      line = rest;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line];
}
