/** Identifiers that only their parsers may make. */
declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** `sha256:` followed by 64 lower-case hex digits. */
export type Digest = Branded<'Digest'>;
/** One rehearsal; derived from bundle, snapshot, rules and seed, so the same question has the same id. */
export type RehearsalId = Branded<'RehearsalId'>;
/** One run of a rehearsal, unique within it and equal whenever the same run is planned again. */
export type RunId = Branded<'RunId'>;

export function parseDigest(text: string): Digest {
  if (!/^sha256:[0-9a-f]{64}$/.test(text)) throw new Error(`not a digest: ${text}`);
  return text as Digest;
}

export function parseRehearsalId(text: string): RehearsalId {
  if (!/^rh-[0-9a-f]{16}$/.test(text)) throw new Error(`not a rehearsal id: ${text}`);
  return text as RehearsalId;
}

export function parseRunId(text: string): RunId {
  if (!/^[a-z0-9][a-z0-9.-]{0,199}$/.test(text)) throw new Error(`not a run id: ${text}`);
  return text as RunId;
}
