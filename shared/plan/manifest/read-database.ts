import type { Manifest, PostgresChoice, SnapshotSource } from '../../domain/bundle.ts';
import type { BundlePaths } from './bundle-paths.ts';
import { givenText, integer, mapOf, text, textLike } from './scalars.ts';
import { given, type Read } from './spot.ts';

const registeredName = textLike(/^[^@\s]+(@[^@\s]+)?$/, 'a snapshot as name or name@version');
const setting = mapOf(givenText, /^[A-Za-z_][A-Za-z0-9_.]*$/, 'name of a server setting');

/** The oldest major whose catalogs the schema model reads, and any that is still to come. */
const major = integer(10, 99);

export const snapshot =
  (paths: BundlePaths): Read<SnapshotSource> =>
  (spot) => {
    if (spot.node.kind === 'map') {
      return { kind: 'sql', files: spot.fields(['sql']).required('sql', paths.sqlFiles, []) };
    }
    const [name = '', version] = registeredName(spot).split('@');
    return { kind: 'registered', name, ...given({ version }) };
  };

/** What differs from one environment to the other is where the migration starts. */
export const environments = (paths: BundlePaths): Read<NonNullable<Manifest['environments']>> =>
  mapOf(
    (spot) => ({
      snapshot: spot.fields(['snapshot']).required('snapshot', snapshot(paths), { kind: 'sql', files: [] }),
    }),
    /^\S+$/,
    'name of an environment',
  );

export const postgres: Read<PostgresChoice> = (spot) => {
  const fields = spot.fields(['major', 'image', 'settings']);
  return {
    settings: fields.or('settings', setting, {}),
    ...given({ major: fields.optional('major', major), image: fields.optional('image', text) }),
  };
};

export const roles: Read<NonNullable<Manifest['roles']>> = (spot) => {
  const fields = spot.fields(['migrate', 'apps']);
  return given({ migrate: fields.optional('migrate', text), apps: fields.optional('apps', text) });
};
