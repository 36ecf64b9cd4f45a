import { evidence, standbySeen } from '../../support/evidence.ts';

export const sentence = 'The standby was four seconds late, and may be five.';

export default evidence({
  runs: { standby: (run) => ({ ...run, standby: standbySeen({ lagMsMax: 4_100, lagBytesMax: 90_000_000 }) }) },
});
