import { brokenCells, unprovenCells } from '../derive/broken-version.ts';
import { defineCheck } from './check.ts';

/** The version that is rolled out must live with what the migration leaves, under stress too. */
export const brokenNextVersion = defineCheck({
  id: 'broken-next-version',
  title: 'The version to be deployed breaks on a state of the migration',
  why: 'The rollout puts a broken version in front of users, although every command before it succeeded.',
  incident: 'swallowed-lock-timeout',
  severity: 'blocks',
  needs: ['compatibility'],
  uses: ['control', 'underLoad', 'contention', 'secondStart', 'interruption', 'rollback'],
  parts: ['cells'],
  notApplicable: ({ manifest }) => (manifest.apps === 'none' ? 'the bundle has no applications' : undefined),
  find: (readings, context) => brokenCells('next', readings, context),
  lacks: (readings, context) => unprovenCells('next', readings, context),
});
