import type { Phase, PhaseRun } from '../../domain/bundle.ts';
import type { AppliedFiles } from './applied-files.ts';
import type { BundlePaths } from './bundle-paths.ts';
import { anyText, givenText, listOf, mapOf, oneOf, size, someOf, text, textLike, timeout, wrong } from './scalars.ts';
import { type Fields, given, isBlank, type Read, type Spot } from './spot.ts';

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
const rollbackIsTaken =
  '`rollback` is the name of the rollback, in states (`after rollback`), in reports and in REHEARSAL_PHASE. Give the phase another name, such as `revert`.';
const timeoutMs = 600_000;

const phaseName = textLike(/^[a-z0-9-]{1,200}$/, 'at most 200 of a-z, 0-9 and -');
const when = oneOf(['before-rollout', 'after-rollout']);
/** Whatever an operating system takes: many libraries read names with dots in them. */
export const environment = mapOf(givenText, /^[^=]+$/, 'name of an environment variable, which has no `=` in it');

/** A program and its arguments, of which any may be empty. */
export const command: Read<readonly string[]> = (spot) => {
  if (spot.node.kind !== 'list') return wrong(spot, 'must be a list', []);
  if (spot.node.items.length === 0) return wrong(spot, 'must not be an empty list', []);
  return spot.node.items.map((node, at) => (at === 0 ? text : argument)(spot.at(node, `[${at}]`, node.line)));
};

const argument: Read<string> = (spot) =>
  isBlank(spot.node) ? wrong(spot, 'has no value. Write `""` for an empty argument', '') : anyText(spot);

/** The phases in deployment order. */
export const phases =
  (paths: BundlePaths, applied: AppliedFiles): Read<readonly Phase[]> =>
  (spot) => {
    const found = someOf(phase(paths, applied))(spot);
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
  (paths: BundlePaths, applied: AppliedFiles): Read<Phase> =>
  (spot) => {
    const fields = spot.fields(keys);
    const name = fields.required('name', phaseName, '');
    if (name === rollbackName) fields.spot('name')?.problem(rollbackIsTaken);
    const rest = body(spot, fields, paths);
    if (rest.run.kind === 'sql') applied.addPhase(fields.spot('sql') ?? spot, { phase: name, ...rest.run });
    return { name, when: fields.or('when', when, 'before-rollout'), ...rest };
  };

/** It has a name of its own, whatever the manifest calls it. */
export const rollback =
  (paths: BundlePaths, applied: AppliedFiles): Read<Phase> =>
  (spot) => {
    const fields = spot.fields(keys);
    fields.optional('name', phaseName);
    const rest = body(spot, fields, paths);
    if (rest.run.kind === 'sql') applied.addVersions(fields.spot('sql') ?? spot, { phase: rollbackName, ...rest.run });
    return { name: rollbackName, when: fields.or('when', when, 'after-rollout'), ...rest };
  };

function body(spot: Spot, fields: Fields, paths: BundlePaths): Omit<Phase, 'name' | 'when'> {
  return {
    run: phaseRun(spot, fields, paths),
    dir: fields.or('dir', paths.directory, '.'),
    deletes: fields.or('deletes', listOf(text), []),
    timeoutMs: fields.or('timeout', timeout, timeoutMs),
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
  return {
    kind: 'sql',
    files: fields.or('sql', paths.sqlFiles, []),
    ledger: fields.or('ledger', text, 'rehearsal_migrations'),
    transaction: fields.or('transaction', oneOf(['per-file', 'none']), 'per-file'),
  };
}
