import { describe, expect, test } from 'vitest';
import type { DatabaseState, SchemaObject } from '../../../../../shared/domain/schema.ts';
import { catalogDrafts } from '../../../../../shared/edge/adapters/repair/catalog-drafts.ts';
import type { SqlSession } from '../../../../../shared/edge/ports/sql.ts';

const state = (objects: readonly SchemaObject[], ledgers: DatabaseState['ledgers'] = []): DatabaseState => ({
  schema: { objects },
  ledgers,
  rowCounts: [],
});
const column = (name: string, attributes = {}): SchemaObject => ({
  kind: 'column',
  name: `public.alerts.${name}`,
  relation: 'public.alerts',
  attributes: { type: 'text', ...attributes },
});
const trigger = (definition: string): SchemaObject => ({
  kind: 'trigger',
  name: 'public.alerts.log',
  relation: 'public.alerts',
  attributes: { definition },
});
const ledger = (tool: string, ...versions: readonly [string, boolean][]) => ({
  relation: 'public.schema_migrations',
  tool,
  entries: versions.map(([version, dirty]) => ({ version, dirty })),
});

/** The drafts for what has no functions ask no server. */
const reference: SqlSession = {
  backendPid: 1,
  query: async () => [],
  parse: async () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
};
const nowhere = { host: '127.0.0.1', port: 1, user: '', password: '', database: '' };
const at = { damaged: nowhere, reference: nowhere };
const draft = async (expected: DatabaseState, actual: DatabaseState) =>
  (await catalogDrafts.draft({ expected, actual, reference, at })).map(({ statements }) => statements);

describe('a draft', () => {
  test('takes away what depends first, and puts it back last', async () => {
    const old = trigger('CREATE TRIGGER log AFTER UPDATE ON public.alerts EXECUTE FUNCTION old()');
    const wanted = trigger('CREATE TRIGGER log AFTER UPDATE ON public.alerts EXECUTE FUNCTION new()');
    expect(await draft(state([column('seen'), wanted]), state([old]))).toEqual([
      [
        'DROP TRIGGER log ON public.alerts;',
        'ALTER TABLE public.alerts ADD COLUMN seen text;',
        `${wanted.attributes.definition};`,
      ],
    ]);
  });

  test('tells the ledger too, and comes once more without it', async () => {
    const expected = state([column('seen')], [ledger('rails', ['1', false], ['2', false])]);
    expect(await draft(expected, state([], [ledger('rails', ['1', false])]))).toEqual([
      [
        'ALTER TABLE public.alerts ADD COLUMN seen text;',
        "INSERT INTO public.schema_migrations (version) VALUES ('2');",
      ],
      ['ALTER TABLE public.alerts ADD COLUMN seen text;'],
    ]);
  });

  test('takes a mark of unfinished work out of the ledger', async () => {
    const [first] = await draft(
      state([], [ledger('golang-migrate', ['24', false])]),
      state([], [ledger('golang-migrate', ['24', true])]),
    );
    expect(first).toEqual(["UPDATE public.schema_migrations SET version = '24', dirty = false;"]);
  });

  test.for([
    ['drop a column with what it holds', state([]), state([column('seen')])],
    ['fill a column that must not be null', state([column('seen', { notNull: true })]), state([])],
  ] as const)('is not made where it would have to %s', async ([, expected, actual]) => {
    expect(await draft(expected, actual)).toEqual([]);
  });

  test('is not made for a function whose text nobody has', async () => {
    const missing: SchemaObject = { kind: 'function', name: 'public.f()', attributes: { definitionMd5: 'x' } };
    expect(await draft(state([missing]), state([]))).toEqual([]);
  });
});
