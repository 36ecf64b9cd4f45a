import { brokenQueries, unpreparedCells } from '../derive/broken-queries.ts';
import { defineCheck } from './check.ts';

/** No probe asks for everything: what production is known to run is prepared on every state where it must still work. */
export const brokenQuery = defineCheck({
  id: 'broken-query',
  title: 'A query of production can no longer be prepared',
  why: 'A column, table or function that is gone breaks what uses it, also where no probe leads.',
  rule: 'A query that could not be prepared on the untouched clone is none of these; states where previous need not live do not count.',
  incident: 'rename-before-old-code-is-gone',
  severity: 'blocks',
  needs: ['compatibility'],
  uses: ['control', 'underLoad', 'contention', 'secondStart', 'interruption', 'rollback'],
  parts: ['cells'],
  notApplicable: ({ manifest }) => (manifest.apps === 'none' ? 'the bundle has no applications' : undefined),
  find: brokenQueries,
  lacks: unpreparedCells,
});
