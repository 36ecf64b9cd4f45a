import type { App, AppWorker, Manifest } from '../../domain/bundle.ts';
import type { BundlePaths } from './bundle-paths.ts';
import { command, environment } from './read-phases.ts';
import { listOf, size, text, textLike, timeout } from './scalars.ts';
import { given, type Read } from './spot.ts';

const keys = ['dir', 'writable', 'command', 'image', 'env', 'ready', 'startTimeout', 'memory', 'workers'] as const;
const startTimeoutMs = 30_000;
const httpPath = textLike(/^\/\S*$/, 'a path that begins with /');

/** Both versions, or `none`. */
export const apps =
  (paths: BundlePaths): Read<Manifest['apps']> =>
  (spot) => {
    if (spot.node.kind === 'scalar' && spot.node.text === 'none') return 'none';
    if (spot.node.kind === 'scalar') {
      spot.problem('`apps` must be `none` or have `previous` and `next`.');
      return 'none';
    }
    const fields = spot.fields(['previous', 'next']);
    const read = app(paths);
    return { previous: fields.required('previous', read, standIn), next: fields.required('next', read, standIn) };
  };

const standIn: App = { dir: '.', env: {}, startTimeoutMs, workers: [] };

const app =
  (paths: BundlePaths): Read<App> =>
  (spot) => {
    const fields = spot.fields(keys);
    if (spot.node.kind === 'map' && !fields.has('command') && !fields.has('image')) {
      spot.problem(`\`${spot.key}\` needs \`command\` or \`image\`.`);
    }
    return {
      dir: fields.or('dir', paths.directory, '.'),
      env: fields.or('env', environment, {}),
      startTimeoutMs: fields.or('startTimeout', timeout, startTimeoutMs),
      workers: fields.or('workers', workers, []),
      ...given({
        command: fields.optional('command', command),
        image: fields.optional('image', text),
        ready: fields.optional('ready', httpPath),
        memoryBytes: fields.optional('memory', size),
        writable: fields.optional('writable', paths.writable),
      }),
    };
  };

const worker: Read<AppWorker> = (spot) => {
  const fields = spot.fields(['name', 'command', 'env']);
  return {
    name: fields.or('name', text, ''),
    command: fields.required('command', command, []),
    env: fields.or('env', environment, {}),
  };
};

const workers: Read<readonly AppWorker[]> = (spot) => {
  const found = listOf(worker)(spot);
  for (const name of repeated(found)) spot.problem(`Two workers are named \`${name}\`.`);
  return named(found);
};

/** Those without a name get their place in the list as one, or the next number that nobody has. */
function named(found: readonly AppWorker[]): readonly AppWorker[] {
  const taken = new Set(found.map(({ name }) => name));
  return found.map((one, at) => {
    if (one.name !== '') return one;
    let number = at + 1;
    while (taken.has(`worker ${number}`)) number += 1;
    taken.add(`worker ${number}`);
    return { ...one, name: `worker ${number}` };
  });
}

/** Names that more than one of them has. */
export function repeated(named: readonly { readonly name: string }[]): readonly string[] {
  const names = named.map(({ name }) => name).filter((name) => name !== '');
  return [...new Set(names.filter((name, at) => names.indexOf(name) !== at))];
}
