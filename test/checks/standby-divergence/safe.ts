import { evidence } from '../../support/evidence.ts';

export const sentence = 'The standby replayed all of it, and every table can be read there.';

export default evidence();
