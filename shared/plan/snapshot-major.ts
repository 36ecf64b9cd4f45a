import type { Manifest } from '../domain/bundle.ts';
import type { RehearsalError } from '../domain/problem.ts';
import type { SnapshotFacts } from '../domain/snapshot.ts';
import { invalidBundle } from './invalid-bundle.ts';
import { lineOfKey } from './manifest/yaml-tree.ts';
import { manifestFile } from './read-bundle.ts';

/**
 * A data directory runs on the major that made it and on no other (the manual, "Upgrading a PostgreSQL Cluster"), so a
 * bundle that asks for another one would be told how its migration goes where it never runs. `manifestText` is asked
 * for the line.
 */
export function otherMajor(
  { postgres: { major } }: Pick<Manifest, 'postgres'>,
  snapshot: Pick<SnapshotFacts, 'name' | 'version' | 'major'>,
  manifestText: string,
): RehearsalError | undefined {
  if (major === undefined || major === snapshot.major) return undefined;
  const key = 'postgres.major';
  const line = lineOfKey(manifestText, key.split('.'));
  const message =
    `\`${key}\` is ${major}, and the snapshot ${snapshot.name}@${snapshot.version} is of PostgreSQL ${snapshot.major}, ` +
    `where it would run. Write \`major: ${snapshot.major}\` or leave it out, or take a snapshot on ${major} and name ` +
    `that one: rehearse snapshot create ${snapshot.name}`;
  return invalidBundle([{ file: manifestFile, ...(line === undefined ? {} : { line }), key, message }]);
}
