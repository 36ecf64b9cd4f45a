import { excerpt, oneLine, printable } from '../../../../shared/report/words.ts';

export interface NameProps {
  readonly text: string;
  readonly charactersMax?: number;
}

/**
 * A stranger's words on one of our lines: nothing in them changes the direction of what stands beside them, and a very
 * long one is cut.
 */
export function Name({ text, charactersMax = 160 }: NameProps) {
  return <bdi>{inert(text, charactersMax)}</bdi>;
}

/** The same as plain text, for titles and labels. */
export const inert = (text: string, charactersMax = 160): string => excerpt(oneLine(printable(text)), charactersMax);
