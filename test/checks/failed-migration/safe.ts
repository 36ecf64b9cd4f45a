import { attempt, evidence, firstFile, secondFile, statement } from '../../support/evidence.ts';

export const sentence = 'The server cancelled a batch once, the command asked again by itself, and it ended well.';

const batch = 'UPDATE alerts SET state = $1 WHERE id BETWEEN $2 AND $3';

export default evidence({
  runs: {
    control: (run) => ({
      ...run,
      attempts: [
        attempt({
          statements: [
            ...firstFile,
            ...secondFile,
            statement(10, batch, { sqlstate: '57014', message: 'canceling statement due to statement timeout' }),
            statement(11, batch, { rows: 500 }),
          ],
        }),
      ],
    }),
  },
});
