import { observed } from '../../../shared/domain/observed.ts';
import { evidence, objects } from '../../support/evidence.ts';
import { index, state } from '../../support/schema.ts';

export const sentence = 'The crash leaves an invalid index; the next attempt drops it first and ends where it should.';

const half = index('public.alerts_seen_at_idx', 'public.alerts', { valid: false });

export default evidence({
  runs: {
    'interruption-pre-deploy-1': (run) => ({
      ...run,
      end: observed(state([...objects.base, objects.seenAt, half], ['0022', '0023'])),
    }),
  },
});
