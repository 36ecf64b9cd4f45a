import { type Manifest, nameCharsMax, overlaps } from '../../domain/bundle.ts';
import { AppliedFiles } from './applied-files.ts';
import type { BundlePaths } from './bundle-paths.ts';
import { apps } from './read-apps.ts';
import { budgets, defaultBudgets, hotpatch, invariants, waiver } from './read-claims.ts';
import { environments, postgres, roles, snapshot } from './read-database.ts';
import { load, unsaidLoad } from './read-load.ts';
import { phases, rollback } from './read-phases.ts';
import { probes } from './read-probes.ts';
import { duration, listOf, oneOf, text, wrong } from './scalars.ts';
import { given, type Read } from './spot.ts';

const keys = [
  'rehearsal',
  'service',
  'version',
  'previous',
  'environment',
  'environments',
  'owners',
  'snapshot',
  'roles',
  'postgres',
  'deploy',
  'migrate',
  'rollback',
  'apps',
  'probes',
  'queries',
  'load',
  'steady',
  'invariants',
  'hotpatches',
  'budgets',
  'waivers',
] as const;

/** The contract's version that this code reads. */
const contractVersion = '1';

/** The whole manifest with its defaults (CONTRACT 1). */
export const manifest =
  (paths: BundlePaths): Read<Manifest> =>
  (spot) => {
    const fields = spot.fields(keys);
    fields.required('rehearsal', supportedVersion, null);
    const applied = new AppliedFiles(paths);
    const migrate = fields.required('migrate', phases(paths, applied), []);
    return {
      service: fields.required('service', name, ''),
      version: fields.required('version', name, ''),
      previous: fields.or('previous', text, 'unknown'),
      environment: fields.or('environment', name, 'production'),
      owners: fields.or('owners', listOf(text), []),
      snapshot: fields.required('snapshot', snapshot(paths), { kind: 'sql', files: [] }),
      postgres: fields.or('postgres', postgres, { settings: {} }),
      overlap: fields.or('deploy', (at) => at.fields(['overlap']).or('overlap', overlap, 'rolling'), 'rolling'),
      phases: migrate,
      apps: fields.required('apps', apps(paths), 'none'),
      probes: fields.or('probes', probes(paths), []),
      load: fields.or('load', load, unsaidLoad),
      steadyMs: fields.or('steady', (at) => at.fields(['duration']).or('duration', duration, 0), 0),
      invariants: fields.or('invariants', invariants(migrate), []),
      hotpatches: fields.or('hotpatches', listOf(hotpatch), []),
      budgets: fields.or('budgets', budgets, defaultBudgets),
      waivers: fields.or('waivers', listOf(waiver), []),
      ...given({ environments: fields.optional('environments', environments(paths)) }),
      ...given({ queries: fields.optional('queries', paths.sqlFiles) }),
      ...given({ roles: fields.optional('roles', roles) }),
      ...given({ rollback: fields.optional('rollback', rollback(paths, applied)) }),
    };
  };

const name: Read<string> = (spot) => {
  const value = text(spot);
  return [...value].length <= nameCharsMax ? value : wrong(spot, `must be at most ${nameCharsMax} characters long`, '');
};

const overlap = oneOf(overlaps);

const supportedVersion: Read<null> = (spot) => {
  const version = spot.node.kind === 'scalar' ? spot.node.text : '';
  if (version !== contractVersion) spot.problem(`\`rehearsal\` must be ${contractVersion}, the contract's version.`);
  return null;
};
