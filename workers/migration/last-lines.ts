/** What a reader needs of a program's output: its end. */
export const lastLines = (text: string): readonly string[] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-20);
