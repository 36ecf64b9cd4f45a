import { alterAlerts, attempt, contentionId, evidence, statement } from '../../support/evidence.ts';

export const sentence =
  'The lock did not come in time, the script rolled back, asked again and won: nothing is swallowed.';

const lost = {
  ...alterAlerts,
  sqlstate: '55P03',
  message: 'canceling statement due to lock timeout',
  statusAfter: 'E',
} as const;
const begin = (ordinal: number) => statement(ordinal, 'BEGIN', { transaction: 2, statusAfter: 'T' });

export default evidence({
  runs: {
    [contentionId]: (run) => ({
      ...run,
      attempts: [
        attempt({
          statements: [
            statement(1, 'BEGIN', { transaction: 1, statusAfter: 'T' }),
            lost,
            statement(4, 'ROLLBACK', { transaction: 1 }),
            begin(5),
            { ...alterAlerts, ordinal: 6, transaction: 2 },
            statement(7, 'COMMIT', { transaction: 2, committed: 1 }),
          ],
        }),
      ],
    }),
  },
});
