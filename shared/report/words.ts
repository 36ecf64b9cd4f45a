/** Durations for people: 12 ms, 3.4 s, 2 min 10 s. */
export function formatMs(ms: number): string {
  if (ms < 1) return ms <= 0 ? '0 ms' : '< 1 ms';
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1).replace(/\.0$/, '')} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Sizes for people, in binary units. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** `1 transaction`, `3 transactions`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/**
 * A stranger's text without what could make it read otherwise than it is: control characters, half surrogates, foreign
 * line separators and direction overrides become a replacement character; line ends and tabs stay.
 */
export function printable(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\ufffe\uffff]/gu, (character) =>
      character === '\n' || character === '\t' ? character : '�',
    );
}

/** At most so many characters, cut between code points; what was cut is shown as an ellipsis. */
export function excerpt(text: string, charactersMax: number): string {
  if (text.length <= charactersMax) return text;
  return `${text.slice(0, charactersMax - 2).replace(/[\ud800-\udbff]$/, '')} …`;
}

/** On one line, however it was laid out. */
export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
