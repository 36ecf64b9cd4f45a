import { observed } from '../../../shared/domain/observed.ts';
import { evidence } from '../../support/evidence.ts';
import { databaseBytes } from './safe.ts';

export const sentence =
  'A backfill writes every row again: WAL and a second copy of the table do not fit beside the first.';
export const finds = {
  severity: 'warns',
  scenario: 'control',
  phase: 'pre-deploy',
  evidence: { neededBytes: 43 * 1024 ** 3, headroomBytes: 30 * 1024 ** 3 },
};

export default evidence({
  runs: {
    control: (run) => ({
      ...run,
      disk: observed({ databaseBytes, grownBytesMax: 18 * 1024 ** 3, walBytes: 24 * 1024 ** 3, tempBytes: 1024 ** 3 }),
    }),
  },
});
