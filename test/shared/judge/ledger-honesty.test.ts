import { expect, test } from 'vitest';
import type { StatePoint } from '../../../shared/domain/run.ts';
import type { DatabaseState } from '../../../shared/domain/schema.ts';
import type { ExpectedEnd } from '../../../shared/judge/derive/expected-end.ts';
import { honestyOf } from '../../../shared/judge/derive/ledger-honesty.ts';
import { controlRun } from '../../support/evidence.ts';
import { column, state, table } from '../../support/schema.ts';

const tokens = column('public.usage.tokens', 'integer', 2);
const bigTokens = column('public.usage.tokens_big', 'bigint', 3);
const swapped = column('public.usage.tokens', 'bigint', 3);
const before = state([table('public.usage'), tokens], ['1']);
const expanded = state([table('public.usage'), tokens, bigTokens], ['1', '2']);
/** The second phase is a script that keeps no ledger. */
const finished = state([table('public.usage'), swapped], ['1', '2']);

const path = (...places: readonly (readonly [StatePoint, DatabaseState])[]): ExpectedEnd => ({
  run: controlRun('declared'),
  path: places.map(([point, at]) => ({ point, state: at, clean: true })),
});
const expandAndSwap = path(
  [{ kind: 'before' }, before],
  [{ kind: 'after', phase: 'expand' }, expanded],
  [{ kind: 'after', phase: 'swap' }, finished],
);
const honest = { dirty: [], lacking: [], unrecorded: [] };

test('what a later phase without a ledger makes of a recorded change is no lie of the ledger', () => {
  for (const passed of [before, expanded, finished]) expect(honestyOf(expandAndSwap, passed)).toEqual(honest);
});

test('a recorded change that is neither there nor as a later phase leaves it is lacking', () => {
  const mangled = state([table('public.usage'), tokens, column('public.usage.tokens_big', 'text', 3)], ['1', '2']);
  expect(honestyOf(expandAndSwap, mangled).lacking).toEqual(['column public.usage.tokens_big']);
});

test('a phase without a ledger excuses nothing that was recorded after it', () => {
  const swapFirst = path(
    [{ kind: 'before' }, expanded],
    [{ kind: 'after', phase: 'swap' }, state([table('public.usage'), swapped], ['1', '2'])],
    [{ kind: 'after', phase: 'again' }, state([table('public.usage'), swapped, bigTokens], ['1', '2', '3'])],
  );
  const claimed = state([table('public.usage'), swapped], ['1', '2', '3']);
  expect(honestyOf(swapFirst, claimed).lacking).toEqual(['column public.usage.tokens_big']);
});
