import Type from 'typebox';
import { DigestSchema, TimeSchema } from './words.ts';

export const ProductionSchemaSchema = Type.Object(
  {
    service: Type.String(),
    environment: Type.String(),
    fingerprint: DigestSchema,
    postedBy: Type.String(),
    at: TimeSchema,
  },
  { $id: 'ProductionSchema' },
);
