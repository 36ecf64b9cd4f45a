import { evidence } from '../../support/evidence.ts';

export const sentence = 'What the migration asks for before it begins is given, so it raises nothing and goes on.';

export default evidence();
