import { evidence } from '../../support/evidence.ts';

export const sentence = 'Every file commits with its ledger row: run again, the command goes on where it was killed.';

export default evidence();
