import { evidence } from '../../support/evidence.ts';

export const sentence = 'Every planned run took place, and the traffic kept up with its plan.';

export default evidence();
