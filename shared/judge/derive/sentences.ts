/** Words for numbers, the same in every finding. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${trim(ms / 1000)} s`;
  if (ms < 7_200_000) return `${trim(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${trim(ms / 3_600_000)} h`;
  return `${Math.floor(ms / 86_400_000)} days`;
}

export const share = (part: number, whole: number): string => `${Math.round((100 * part) / whole)} %`;

export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;

/** `a, b and c`; beyond `max` the rest is counted. */
export function listed(items: readonly string[], max = 5): string {
  const shown = items.length > max ? [...items.slice(0, max - 1), `${items.length - max + 1} more`] : items;
  if (shown.length < 2) return shown.join('');
  return `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

export function bytes(number: number): string {
  if (number < 1024 ** 2) return `${Math.ceil(number / 1024)} KiB`;
  return number < 1024 ** 3 ? `${trim(number / 1024 ** 2)} MiB` : `${trim(number / 1024 ** 3)} GiB`;
}

/** A statement on one line, short enough for a sentence. */
export function shortSql(sql: string): string {
  const line = sql.replace(/\s+/g, ' ').trim();
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}

export const capital = (sentence: string): string => sentence.charAt(0).toUpperCase() + sentence.slice(1);

const trim = (number: number): string => String(Math.round(number * 10) / 10);
