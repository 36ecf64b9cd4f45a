import { observed } from '../../../shared/domain/observed.ts';
import { evidence } from '../../support/evidence.ts';

export const sentence = 'What it writes is little beside the database, and half of that is room enough.';

export const databaseBytes = 60 * 1024 ** 3;

export default evidence({
  runs: {
    control: (run) => ({
      ...run,
      disk: observed({ databaseBytes, grownBytesMax: 9 * 1024 ** 3, walBytes: 20 * 1024 ** 3, tempBytes: 1024 ** 3 }),
    }),
  },
});
