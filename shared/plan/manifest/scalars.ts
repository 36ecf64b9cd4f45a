import { parseDay, parseDuration, parseRate, parseSize } from '../units.ts';
import { nearest } from './nearest.ts';
import type { Read, Spot } from './spot.ts';
import type { YamlNode } from './yaml-tree.ts';

/** Text as it is written: `1.10` and `0x10` keep their spelling, as `version: 1.10` means one point ten. */
export const text: Read<string> = (spot) => {
  if (spot.node.kind !== 'scalar') return wrong(spot, 'must be text', '');
  if (spot.node.text.trim() === '') return wrong(spot, 'must not be empty', '');
  if (spot.node.text.includes('\0')) return wrong(spot, 'must not hold a NUL', '');
  return spot.node.text;
};

/** As `text`, and empty is a value too: an environment variable, a header, a text that must be answered. */
export const anyText: Read<string> = (spot) => {
  if (spot.node.kind !== 'scalar' || spot.node.text.includes('\0')) return wrong(spot, 'must be text', '');
  return spot.node.text;
};

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

/** Far beyond any rehearsal, and still a number that a timer can count. */
const durationMsMax = 86_400_000;

export const duration: Read<number> = (spot) => {
  const value = quantity(spot, parseDuration, 'a duration such as 500ms, 30s or 10m');
  return value <= durationMsMax ? value : wrong(spot, 'must be at most 24h', 1);
};
export const rate: Read<number> = (spot) => {
  const value = quantity(spot, parseRate, 'a rate such as 50/s');
  return value > 0 ? value : wrong(spot, 'must be above 0', 1);
};
export const size: Read<number> = (spot) => {
  const value = quantity(spot, parseSize, 'a size such as 64MiB or 1GiB');
  return value > 0 ? value : wrong(spot, 'must be above 0', 1);
};
export const longerThanZero: Read<number> = (spot) => {
  const value = duration(spot);
  return value > 0 ? value : wrong(spot, 'must be longer than 0s', 1);
};

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
      if (!keys.test(key)) at.problem(`\`${key}\` is no ${what}.`);
      return [key, read(at)] as const;
    });
    return Object.fromEntries(entries);
  };

/** Any YAML as the JSON value that it is. */
export const json: Read<unknown> = (spot) => plain(spot.node);

function plain(node: YamlNode): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(plain);
    case 'map':
      return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, plain(value)]));
  }
}

export function wrong<T>(spot: Spot, what: string, standIn: T): T {
  spot.problem(`\`${spot.key}\` ${what}.`);
  return standIn;
}
