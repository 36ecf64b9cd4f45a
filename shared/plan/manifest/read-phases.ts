import type { Phase, PhaseRun } from '../../domain/bundle.ts';
import type { BundlePaths } from './bundle-paths.ts';
import { anyText, listOf, longerThanZero, mapOf, oneOf, size, someOf, text, textLike, wrong } from './scalars.ts';
import { type Fields, given, type Read, type Spot } from './spot.ts';

const keys = [
  'name',
  'when',
  'sql',
  'command',
  'image',
  'dir',
  'writable',
  'ledger',
  'transaction',
  'deletes',
  'memory',
  'timeout',
  'env',
] as const;

const rollbackName = 'rollback';
const timeoutMs = 600_000;

const phaseName = textLike(/^[a-z0-9-]{1,60}$/, 'at most 60 of a-z, 0-9 and -');
const when = oneOf(['before-rollout', 'after-rollout']);
export const command = someOf(text);
export const environment = mapOf(anyText, /^[A-Za-z_][A-Za-z0-9_]*$/, 'name of an environment variable');

/** The phases in deployment order. */
export const phases =
  (paths: BundlePaths): Read<readonly Phase[]> =>
  (spot) => {
    const found = someOf(phase(paths))(spot);
    if (spot.node.kind !== 'list') return found;
    const spots = spot.node.items.map((node, at) => spot.at(node, `[${at}]`, node.line));
    for (const [at, { name, when: rollout }] of found.entries()) {
      const earlier = found.slice(0, at);
      if (name !== '' && earlier.some((other) => other.name === name)) {
        spots[at]?.problem(`Two phases are named \`${name}\`.`);
      }
      if (rollout === 'before-rollout' && earlier.some((other) => other.when === 'after-rollout')) {
        spots[at]?.problem(`\`${name}\` is before-rollout and comes after an after-rollout phase.`);
      }
    }
    return found;
  };

const phase =
  (paths: BundlePaths): Read<Phase> =>
  (spot) => {
    const fields = spot.fields(keys);
    const name = fields.required('name', phaseName, '');
    if (name === rollbackName) fields.spot('name')?.problem('`rollback` is the name of the rollback.');
    return { name, when: fields.or('when', when, 'before-rollout'), ...body(spot, fields, paths) };
  };

/** It has a name of its own, whatever the manifest calls it. */
export const rollback =
  (paths: BundlePaths): Read<Phase> =>
  (spot) => {
    const fields = spot.fields(keys);
    fields.optional('name', phaseName);
    return { name: rollbackName, when: fields.or('when', when, 'after-rollout'), ...body(spot, fields, paths) };
  };

function body(spot: Spot, fields: Fields, paths: BundlePaths): Omit<Phase, 'name' | 'when'> {
  return {
    run: phaseRun(spot, fields, paths),
    dir: fields.or('dir', paths.directory, '.'),
    deletes: fields.or('deletes', listOf(text), []),
    timeoutMs: fields.or('timeout', longerThanZero, timeoutMs),
    env: fields.or('env', environment, {}),
    ...given({
      image: fields.optional('image', text),
      memoryBytes: fields.optional('memory', size),
      writable: fields.optional('writable', paths.writable),
    }),
  };
}

function phaseRun(spot: Spot, fields: Fields, paths: BundlePaths): PhaseRun {
  if (fields.has('sql')) return sqlRun(fields, paths);
  for (const key of ['ledger', 'transaction']) {
    const misplaced = fields.spot(key);
    if (misplaced !== undefined) wrong(misplaced, 'belongs to `sql`, which is not given', null);
  }
  const ownCommand = fields.optional('command', command);
  if (ownCommand !== undefined) return { kind: 'command', command: ownCommand };
  if (spot.node.kind === 'map' && !fields.has('image')) spot.problem('A phase needs `sql`, `command` or `image`.');
  return { kind: 'image' };
}

function sqlRun(fields: Fields, paths: BundlePaths): PhaseRun {
  for (const key of ['command', 'image']) {
    const misplaced = fields.spot(key);
    if (misplaced !== undefined) wrong(misplaced, 'cannot be given together with `sql`', null);
  }
  const ledger = fields.or('ledger', text, 'rehearsal_migrations');
  return {
    kind: 'sql',
    files: ledgered(fields, paths, ledger),
    ledger,
    transaction: fields.or('transaction', oneOf(['per-file', 'none']), 'per-file'),
  };
}

/** A ledger knows files by their names alone, so the second of two equal ones would be skipped in silence. */
function ledgered(fields: Fields, paths: BundlePaths, ledger: string): readonly string[] {
  const files = fields.or('sql', paths.sqlFiles, []);
  if (ledger === 'none') return files;
  const byName = new Map<string, string>();
  for (const file of files) {
    const other = byName.get(basename(file));
    if (other === undefined) byName.set(basename(file), file);
    else fields.spot('sql')?.problem(`\`${other}\` and \`${file}\` have one name in the ledger.`);
  }
  return files;
}

const basename = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
