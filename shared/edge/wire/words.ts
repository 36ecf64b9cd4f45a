import Type, { type TSchema } from 'typebox';

export const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

export const VerdictSchema = Type.Union([Type.Literal('pass'), Type.Literal('fail'), Type.Literal('inconclusive')]);
export const AppNameSchema = Type.Union([Type.Literal('previous'), Type.Literal('next')]);
export const SeveritySchema = Type.Union([Type.Literal('blocks'), Type.Literal('warns')]);
export const ScenarioSchema = Type.Union([
  Type.Literal('control'),
  Type.Literal('under-load'),
  Type.Literal('contention'),
  Type.Literal('interruption'),
  Type.Literal('rollback'),
  Type.Literal('compatibility'),
  Type.Literal('standby'),
]);
export const DigestSchema = Type.String({ pattern: '^sha256:[0-9a-f]{64}$' });
export const TimeSchema = Type.String({ format: 'date-time' });
