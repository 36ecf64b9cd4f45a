import type { ProblemPlace } from '../../domain/problem.ts';
import { nearest } from './nearest.ts';
import type { YamlNode } from './yaml-tree.ts';

/**
 * Reads the value at one spot. Where it is wrong it tells so and gives a stand-in, which no one gets to see: a manifest
 * with problems is never used.
 */
export type Read<T> = (spot: Spot) => T;

/** One value of the manifest and where it stands. */
export class Spot {
  readonly node: YamlNode;
  /** Path such as `migrate[0].sql`; empty for the whole manifest. */
  readonly key: string;
  readonly line: number;
  readonly #tell: (place: ProblemPlace) => void;

  constructor(node: YamlNode, key: string, line: number, tell: (place: ProblemPlace) => void) {
    this.node = node;
    this.key = key;
    this.line = line;
    this.#tell = tell;
  }

  problem(message: string, nearestKnown?: string): void {
    const place = { line: this.line, ...(this.key === '' ? {} : { key: this.key }), message };
    this.#tell(nearestKnown === undefined ? place : { ...place, nearest: nearestKnown });
  }

  at(node: YamlNode, step: string, line: number): Spot {
    const key = step.startsWith('[') || this.key === '' ? `${this.key}${step}` : `${this.key}.${step}`;
    return new Spot(node, key, line, this.#tell);
  }

  /** The values of a map, after every key that is none of `known` was told. */
  fields(known: readonly string[]): Fields {
    if (this.node.kind !== 'map') {
      this.problem(`\`${this.key || 'rehearsal.yaml'}\` must be a map with the keys ${known.join(', ')}.`);
      return new Fields(this, new Map());
    }
    const spots = new Map<string, Spot>();
    for (const [key, { line, value }] of this.node.entries) {
      const spot = this.at(value, key, line);
      if (known.includes(key)) spots.set(key, spot);
      else spot.problem(`\`${spot.key}\` is no known key.`, nearest(key, known));
    }
    return new Fields(this, spots);
  }
}

export const isNull = (node: YamlNode): boolean => node.kind === 'scalar' && node.value === null;
/** Null because nothing is written there. */
export const isBlank = (node: YamlNode): boolean => node.kind === 'scalar' && node.value === null && node.text === '';

/** The values of a map by key. A key without a value (`env:`, or null) counts as not given. */
export class Fields {
  readonly #spot: Spot;
  readonly #spots: ReadonlyMap<string, Spot>;
  readonly #written: ReadonlyMap<string, Spot>;

  constructor(spot: Spot, spots: ReadonlyMap<string, Spot>) {
    this.#spot = spot;
    this.#written = spots;
    this.#spots = new Map([...spots].filter(([, { node }]) => !isNull(node)));
  }

  has(key: string): boolean {
    return this.#spots.has(key);
  }

  spot(key: string): Spot | undefined {
    return this.#spots.get(key);
  }

  optional<T>(key: string, read: Read<T>): T | undefined {
    const spot = this.#spots.get(key);
    return spot === undefined ? undefined : read(spot);
  }

  /** As `optional`, for keys whose value may be null where it is written out. */
  value<T>(key: string, read: Read<T>): T | undefined {
    const spot = this.#written.get(key);
    return spot === undefined || isBlank(spot.node) ? undefined : read(spot);
  }

  or<T>(key: string, read: Read<T>, instead: T): T {
    const spot = this.#spots.get(key);
    return spot === undefined ? instead : read(spot);
  }

  required<T>(key: string, read: Read<T>, standIn: T): T {
    const spot = this.#spots.get(key);
    if (spot !== undefined) return read(spot);
    // A value that is no map was told already.
    if (this.#spot.node.kind === 'map') {
      const path = this.#spot.key === '' ? key : `${this.#spot.key}.${key}`;
      this.#spot.at(this.#spot.node, key, this.#spot.line).problem(`\`${path}\` is required.`);
    }
    return standIn;
  }
}

/** Optional properties without the undefined ones. */
export function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
