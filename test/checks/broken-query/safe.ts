import { observed } from '../../../shared/domain/observed.ts';
import type { ShapeFailure } from '../../../shared/domain/query-shape.ts';
import { compatibilityId, evidence } from '../../support/evidence.ts';

export const sentence =
  'Inside the migration a query cannot be prepared, but the deployment stops previous first; another never could be.';

const broken: ShapeFailure = {
  sql: 'SELECT state FROM alerts',
  sqlstate: '42703',
  message: 'column "state" does not exist',
  from: 'previous',
};
const never: ShapeFailure = { ...broken, sql: 'SELECT $1 + $2', sqlstate: '42725', message: 'operator is not unique' };

export default evidence({
  manifest: { overlap: 'stop-the-world' },
  runs: {
    [compatibilityId('previous', 'fresh', 'inside')]: (run) => ({
      ...run,
      cells: run.cells.map((cell) => ({
        ...cell,
        prepared: observed({ tried: 4, failedBefore: [never], broken: [broken] }),
      })),
    }),
  },
});
