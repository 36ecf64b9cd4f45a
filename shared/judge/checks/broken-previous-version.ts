import { brokenCells, unprovenCells } from '../derive/broken-version.ts';
import { defineCheck } from './check.ts';

/** The version that serves production while the migration runs must live with every state on the way. */
export const brokenPreviousVersion = defineCheck({
  id: 'broken-previous-version',
  title: 'The version in production breaks on a state of the migration',
  why: 'It is still serving when the schema changes: its users get the errors until the rollout is over.',
  incident: 'rename-before-old-code-is-gone',
  severity: 'blocks',
  needs: ['compatibility'],
  uses: ['control', 'underLoad', 'contention', 'secondStart', 'interruption', 'rollback'],
  parts: ['cells'],
  notApplicable: ({ manifest }) => (manifest.apps === 'none' ? 'the bundle has no applications' : undefined),
  find: (readings, context) => brokenCells('previous', readings, context),
  lacks: (readings, context) => unprovenCells('previous', readings, context),
});
