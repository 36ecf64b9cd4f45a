const msPerUnit: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const bytesPerUnit: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
};

/** `500ms 30s 10m 1.5h` in ms, or null. */
export function parseDuration(text: string): number | null {
  return parseQuantity(text, msPerUnit);
}

/** `64MiB 1GiB` in bytes, or null; units are powers of 1024. */
export function parseSize(text: string): number | null {
  return parseQuantity(text, bytesPerUnit);
}

/** `50/s` or `90/m` as transactions a second, or null. */
export function parseRate(text: string): number | null {
  const match = /^([0-9]+(?:\.[0-9]+)?)\/(s|m)$/.exec(text);
  if (match === null) return null;
  return Number(match[1]) / (match[2] === 's' ? 1 : 60);
}

/** A day of the calendar as `YYYY-MM-DD`, or null. */
export function parseDay(text: string): string | null {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text)) return null;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text) ? text : null;
}

/** The largest unit that needs no fraction, so that parsing gives the same number again. */
export const formatDuration = (ms: number): string => formatQuantity(ms, msPerUnit, 'ms');
export const formatSize = (bytes: number): string => formatQuantity(bytes, bytesPerUnit, 'B');
export const formatRate = (ratePerSecond: number): string => `${ratePerSecond}/s`;

function parseQuantity(text: string, units: Readonly<Record<string, number>>): number | null {
  const match = /^([0-9]+(?:\.[0-9]+)?)\s?([A-Za-z]+)$/.exec(text);
  const unit = Object.hasOwn(units, match?.[2] ?? '') ? units[match?.[2] ?? ''] : undefined;
  if (match === null || unit === undefined) return null;
  const value = Number(match[1]) * unit;
  // 0.07 s is 70.00000000000001 ms in binary fractions, and still means 70.
  const whole = Math.round(value);
  return Math.abs(value - whole) < 1e-6 && Number.isSafeInteger(whole) ? whole : null;
}

function formatQuantity(value: number, units: Readonly<Record<string, number>>, smallest: string): string {
  const fitting = Object.entries(units).filter(([, size]) => value >= size && value % size === 0);
  const [unit, size] = fitting.at(-1) ?? [smallest, 1];
  return `${value / size}${unit}`;
}
