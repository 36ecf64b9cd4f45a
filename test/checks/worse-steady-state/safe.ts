import { evidence } from '../../support/evidence.ts';
import { steadyManifest, steadyRuns } from '../../support/steady-seen.ts';

export const sentence =
  'Next is as fast as previous under the same traffic, and gets the few errors that it gets, too.';

const failures = { failed: 4, failedBySqlstate: { '40001': 4 } };

export default evidence({ manifest: steadyManifest, more: steadyRuns({ load: failures }, { load: failures }) });
