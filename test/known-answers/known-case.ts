import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { parse } from 'yaml';

const closed = { additionalProperties: false } as const;
const files = Type.Union([Type.String(), Type.Array(Type.String(), { minItems: 1 })]);
/** SQL of one file, of several that are applied in turn, or of phases by name. */
const twin = Type.Union([
  files,
  Type.Object(
    {
      'pre-deploy': Type.Optional(files),
      'post-deploy': Type.Optional(files),
      deletes: Type.Optional(Type.Array(Type.String())),
      transaction: Type.Optional(Type.Literal('none')),
    },
    closed,
  ),
]);
const wanted = Type.Object(
  {
    check: Type.String(),
    severity: Type.Optional(Type.Union([Type.Literal('blocks'), Type.Literal('warns')])),
    phase: Type.Optional(Type.String()),
    ordinal: Type.Optional(Type.Number()),
    relation: Type.Optional(Type.String()),
    state: Type.Optional(Type.String()),
  },
  closed,
);
/** What both versions ask, or each of them; `is` is the first value of the first row, as text. */
const probe = Type.Object(
  {
    name: Type.String(),
    both: Type.Optional(Type.String()),
    previous: Type.Optional(Type.String()),
    next: Type.Optional(Type.String()),
    is: Type.Optional(Type.String()),
    prepared: Type.Optional(Type.Boolean()),
    writes: Type.Optional(Type.Boolean()),
  },
  closed,
);
const scenario = Type.Union([
  Type.Literal('control'),
  Type.Literal('under-load'),
  Type.Literal('contention'),
  Type.Literal('interruption'),
  Type.Literal('rollback'),
  Type.Literal('compatibility'),
  Type.Literal('standby'),
]);
const written = Type.Object(
  {
    /** What goes wrong, and for whom, in a sentence. */
    says: Type.String(),
    source: Type.Optional(Type.String({ pattern: '^https://' })),
    /** Instead of the shop that all share. */
    seed: Type.Optional(Type.String()),
    /** Those that show it. */
    scenarios: Type.Array(scenario, { minItems: 1 }),
    unsafe: twin,
    safe: twin,
    /** Every one of these is found in the unsafe twin and none of these checks in the safe one. */
    finds: Type.Array(Type.Union([Type.String(), wanted]), { minItems: 1 }),
    /** What blocks in the unsafe twin besides, and rightly so. */
    mayFind: Type.Optional(Type.Array(Type.String())),
    /** Checks of `finds` that warn in the safe twin, and rightly so. */
    warnsInSafe: Type.Optional(Type.Array(Type.String())),
    probes: Type.Optional(Type.Array(probe, { minItems: 1 })),
    /** Further keys of the manifest, in both twins. */
    manifest: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  },
  closed,
);

export type Twin = Static<typeof twin>;
export type Wanted = Static<typeof wanted>;
export type KnownCase = Omit<Static<typeof written>, 'finds'> & {
  readonly topic: string;
  readonly slug: string;
  readonly finds: readonly Wanted[];
};

const topic = Type.Record(Type.String({ pattern: '^[a-z0-9-]+$' }), written);

/** One file a topic, one key a case. */
export function readCases(directory: string): readonly KnownCase[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .flatMap((name) => casesOf(basename(name, '.yaml'), parse(readFileSync(join(directory, name), 'utf8'))));
}

function casesOf(name: string, value: unknown): readonly KnownCase[] {
  if (!Value.Check(topic, value)) {
    const said = Value.Errors(topic, value).map(({ instancePath, message }) => `${instancePath}: ${message}`);
    throw new Error(`${name}.yaml is no list of cases:\n${[...said].join('\n')}`);
  }
  return Object.entries(value).map(([slug, { finds, ...rest }]) => ({
    topic: name,
    slug,
    finds: finds.map((found) => (typeof found === 'string' ? { check: found } : found)),
    ...rest,
  }));
}
