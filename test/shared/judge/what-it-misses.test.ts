import { expect, test } from 'vitest';
import { asBefore } from '../../../shared/judge/derive/what-it-misses.ts';
import { column, constraint, state, table } from '../../support/schema.ts';

const parts = (name: string) => [
  table(name),
  column(`${name}.id`, 'bigint', 1),
  column(`${name}.holder`, 'text', 2),
  constraint(`${name}.held`, "CHECK (holder <> '')", true),
];
const asked = ['select holder from tickets where id = $1'];

test('a table under another name is missed as a view of the old one', () => {
  expect(asBefore(state(parts('public.tickets'), []), state(parts('public.issues'), []), asked)).toBe(
    'CREATE VIEW public.tickets AS SELECT * FROM public.issues;',
  );
});

test('nobody says how to make a table again that is gone with its rows', () => {
  expect(asBefore(state(parts('public.tickets'), []), state([], []), asked)).toBeUndefined();
});

test('a column is made again, and what nobody asked for is left alone', () => {
  const [tickets, id, holder, held] = parts('public.tickets');
  const whole = [tickets, id, holder, held, ...parts('public.rooms')].filter((object) => object !== undefined);
  const less = [tickets, id, ...parts('public.rooms').slice(0, 2)].filter((object) => object !== undefined);
  const sql = asBefore(state(whole, []), state(less, []), asked);
  expect(sql).toContain('ALTER TABLE public.tickets ADD COLUMN holder text;');
  expect(sql).not.toContain('rooms');
});
