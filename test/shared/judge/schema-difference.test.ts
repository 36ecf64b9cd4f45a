import { describe, expect, test } from 'vitest';
import type { SchemaObject } from '../../../shared/domain/schema.ts';
import { closingSql } from '../../../shared/judge/closing-sql.ts';
import { compareSchemas, describeDifference } from '../../../shared/judge/schema-difference.ts';
import { column, constraint, index, table, trigger } from '../../support/schema.ts';

const id = column('public.alerts.id', 'bigint', 1);
const seen = column('public.alerts.seen_at', 'timestamptz', 2);
const note = column('public.alerts.note', 'text', 3);
const compare = (expected: readonly SchemaObject[], actual: readonly SchemaObject[]) =>
  compareSchemas({ objects: expected }, { objects: actual });
const told = (expected: readonly SchemaObject[], actual: readonly SchemaObject[]) =>
  compare(expected, actual).map(describeDifference);
const closed = (expected: readonly SchemaObject[], actual: readonly SchemaObject[]) =>
  closingSql(compare(expected, actual));

describe('two schemas', () => {
  test('that are equal have no difference', () => expect(compare([id, seen], [seen, id])).toEqual([]));
  test('a missing column is told, and not that its neighbours have moved up', () =>
    expect(told([id, seen, note], [id, { ...note, attributes: { ...note.attributes, position: 2 } }])).toEqual([
      'column public.alerts.seen_at is missing',
    ]));
  test('another order of the same columns is a difference', () =>
    expect(told([id, seen], [{ ...id, attributes: { ...id.attributes, position: 2 } }, seen])).toEqual([
      'column public.alerts.id differs: position is 2 instead of 1',
    ]));
  test('an invalid index is told as what it is', () =>
    expect(told([], [index('public.a_idx', 'public.alerts', { valid: false })])).toEqual([
      'index public.a_idx is left over and invalid',
    ]));
  test('changed attributes are named with both values', () =>
    expect(told([column('public.alerts.id', 'bigint', 1, { notNull: true })], [id])).toEqual([
      'column public.alerts.id differs: notNull is false instead of true',
    ]));
});

describe('the SQL that closes the gap', () => {
  test.each([
    ['a column', [id, seen], [id], 'ALTER TABLE public.alerts ADD COLUMN seen_at timestamptz;', true],
    [
      'a leftover trigger',
      [],
      [trigger('public.alerts.t', 'CREATE TRIGGER t')],
      'DROP TRIGGER t ON public.alerts;',
      true,
    ],
    ['a leftover column, which is data', [id], [id, seen], 'ALTER TABLE public.alerts DROP COLUMN seen_at;', false],
    [
      'an index',
      [index('public.a_idx', 'public.alerts')],
      [],
      'CREATE INDEX CONCURRENTLY a_idx ON public.alerts USING btree (id);',
      true,
    ],
    [
      'an invalid index',
      [index('public.a_idx', 'public.alerts')],
      [index('public.a_idx', 'public.alerts', { valid: false })],
      'REINDEX INDEX CONCURRENTLY public.a_idx;',
      true,
    ],
    [
      'a constraint that was not validated',
      [constraint('public.alerts.c', 'CHECK (id > 0)')],
      [constraint('public.alerts.c', 'CHECK (id > 0) NOT VALID', false)],
      'ALTER TABLE public.alerts VALIDATE CONSTRAINT c;',
      true,
    ],
    [
      'a column that may still be null',
      [column('public.alerts.id', 'bigint', 1, { notNull: true })],
      [id],
      'ALTER TABLE public.alerts ALTER COLUMN id SET NOT NULL;',
      false,
    ],
    [
      'names that must be quoted',
      [column('public.Alerts.Seen', 'text', 1)],
      [],
      'ALTER TABLE public."Alerts" ADD COLUMN "Seen" text;',
      true,
    ],
  ] as const)('closes %s', (_, expected, actual, sql, certain) => {
    expect(closed(expected, actual)).toMatchObject({ sql, certain });
  });

  test('is not certain where a part of the gap stays open', () =>
    expect(closed([table('public.notes'), seen], [])).toMatchObject({ certain: false }));
});
