import { isStorable } from '../storable-text.ts';
import { formatDuration, parseDay, parseDuration, parseRate, parseSize } from '../units.ts';
import { nearest } from './nearest.ts';
import { isNull, type Read, type Spot } from './spot.ts';

/** Text as it is written: `1.10` and `0x10` keep their spelling, as `version: 1.10` means one point ten. */
export const text: Read<string> = (spot) => {
  if (spot.node.kind !== 'scalar') return wrong(spot, 'must be text', '');
  if (spot.node.text.trim() === '') return wrong(spot, 'must not be empty', '');
  if (!isStorable(spot.node.text)) return wrong(spot, unstorable, '');
  return spot.node.text;
};

/** As `text`, and empty is a value too: an environment variable, a header, a text that must be answered. */
export const anyText: Read<string> = (spot) => {
  if (spot.node.kind !== 'scalar') return wrong(spot, 'must be text', '');
  if (!isStorable(spot.node.text)) return wrong(spot, unstorable, '');
  return spot.node.text;
};

/** As `anyText`, for what is named one by one: YAML's null is no value, and as text it would be that word. */
export const givenText: Read<string> = (spot) =>
  isNull(spot.node)
    ? wrong(spot, 'has no value. Leave the key out, or write `""` or `"null"` where that is meant', '')
    : anyText(spot);

const unstorable = 'must not hold a NUL or half of a surrogate pair';

export const textLike =
  (pattern: RegExp, what: string): Read<string> =>
  (spot) => {
    const value = text(spot);
    return value === '' || pattern.test(value) ? value : wrong(spot, `must be ${what}`, value);
  };

export const integer =
  (min: number, max: number): Read<number> =>
  (spot) => {
    const value = spot.node.kind === 'scalar' ? spot.node.value : null;
    const fits = typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
    return fits ? value : wrong(spot, `must be a whole number from ${min} to ${max}`, min);
  };

export const positive: Read<number> = (spot) => {
  const value = spot.node.kind === 'scalar' ? spot.node.value : null;
  const fits = typeof value === 'number' && Number.isFinite(value) && value > 0;
  return fits ? value : wrong(spot, 'must be a number above 0', 1);
};

export const flag: Read<boolean> = (spot) => {
  const value = spot.node.kind === 'scalar' ? spot.node.value : null;
  return typeof value === 'boolean' ? value : wrong(spot, 'must be true or false', false);
};

const durationUpTo =
  (msMax: number): Read<number> =>
  (spot) => {
    const value = quantity(spot, parseDuration, 'a duration such as 500ms, 30s or 10m');
    return value <= msMax ? value : wrong(spot, `must be at most ${formatDuration(msMax)}`, 1);
  };
const dayMs = 86_400_000;
/** Far beyond what anybody waits for traffic. */
export const duration = durationUpTo(dayMs);
/** It is compared and never waited for: only what is mistyped is longer. */
export const budget = durationUpTo(365 * dayMs);
export const rate: Read<number> = (spot) => {
  const value = quantity(spot, parseRate, 'a rate such as 50/s');
  return value > 0 ? value : wrong(spot, 'must be above 0', 1);
};
export const size: Read<number> = (spot) => {
  const value = quantity(spot, parseSize, 'a size such as 64MiB or 1GiB');
  return value > 0 ? value : wrong(spot, 'must be above 0', 1);
};
const longerThanNothing =
  (read: Read<number>): Read<number> =>
  (spot) => {
    const value = read(spot);
    return value > 0 ? value : wrong(spot, 'must be longer than 0s', 1);
  };
export const longerThanZero = longerThanNothing(duration);
/** Node counts no timer beyond 2^31 - 1 ms, which is less than 25 days: https://nodejs.org/api/timers.html */
export const timeout = longerThanNothing(durationUpTo(24 * dayMs));

export const day: Read<string> = (spot) => {
  const value = text(spot);
  return parseDay(value) ?? wrong(spot, 'must be a day of the calendar such as 2026-12-31', value);
};

function quantity(spot: Spot, parse: (text: string) => number | null, what: string): number {
  const value = spot.node.kind === 'scalar' ? parse(spot.node.text) : null;
  return value ?? wrong(spot, `must be ${what}`, 1);
}

export const oneOf =
  <const T extends string>(known: readonly [T, ...T[]]): Read<T> =>
  (spot) => {
    const value = spot.node.kind === 'scalar' ? spot.node.text : '';
    const found = known.find((candidate) => candidate === value);
    if (found !== undefined) return found;
    spot.problem(`\`${spot.key}\` must be one of ${known.join(', ')}.`, nearest(value, known));
    return known[0];
  };

export const listOf =
  <T>(read: Read<T>): Read<readonly T[]> =>
  (spot) => {
    if (spot.node.kind !== 'list') return wrong(spot, 'must be a list', []);
    return spot.node.items.map((item, at) => read(spot.at(item, `[${at}]`, item.line)));
  };

export const someOf =
  <T>(read: Read<T>): Read<readonly T[]> =>
  (spot) => {
    const items = listOf(read)(spot);
    return spot.node.kind !== 'list' || items.length > 0 ? items : wrong(spot, 'must not be an empty list', items);
  };

export const mapOf =
  <T>(read: Read<T>, keys: RegExp, what: string): Read<Readonly<Record<string, T>>> =>
  (spot) => {
    if (spot.node.kind !== 'map') return wrong(spot, 'must be a map', {});
    const entries = [...spot.node.entries].map(([key, { line, value }]) => {
      const at = spot.at(value, key, line);
      if (!isStorable(key)) wrong(at, unstorable, null);
      else if (!keys.test(key)) at.problem(`\`${key}\` is no ${what}.`);
      return [key, read(at)] as const;
    });
    return Object.fromEntries(entries);
  };

/** Any YAML as the JSON value that it is. */
export const json: Read<unknown> = (spot) => {
  const { node } = spot;
  switch (node.kind) {
    case 'scalar':
      return isStorable(String(node.value)) ? node.value : wrong(spot, unstorable, null);
    case 'list':
      return listOf(json)(spot);
    case 'map':
      return mapOf(json, /^/, 'key')(spot);
  }
};

export function wrong<T>(spot: Spot, what: string, standIn: T): T {
  spot.problem(`\`${spot.key}\` ${what}.`);
  return standIn;
}
