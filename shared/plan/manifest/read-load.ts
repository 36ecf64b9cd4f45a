import type { Load, LoadStatement } from '../../domain/bundle.ts';
import { duration, listOf, longerThanZero, oneOf, positive, rate, text } from './scalars.ts';
import type { Read } from './spot.ts';

export const defaultLoad: Load = {
  ratePerSecond: 50,
  durationMs: 10_000,
  holdMs: 2000,
  statements: [],
  actors: ['idle-in-transaction', 'long-read'],
};

const openFigures = ['ratePerSecond', 'holdMs'] as const;
/** Of a manifest without `load`. */
export const unsaidLoad: Load = { ...defaultLoad, leftOpen: openFigures };

const actor = oneOf(['idle-in-transaction', 'long-read', 'pg-dump', 'vacuum']);

export const load: Read<Load> = (spot) => {
  const fields = spot.fields(['rate', 'duration', 'hold', 'statements', 'actors']);
  const given = { ratePerSecond: fields.optional('rate', rate), holdMs: fields.optional('hold', longerThanZero) };
  const leftOpen = openFigures.filter((name) => given[name] === undefined);
  return {
    ratePerSecond: given.ratePerSecond ?? defaultLoad.ratePerSecond,
    durationMs: fields.or('duration', duration, defaultLoad.durationMs),
    holdMs: given.holdMs ?? defaultLoad.holdMs,
    statements: fields.or('statements', listOf(statement), defaultLoad.statements),
    actors: fields.or('actors', (at) => [...new Set(listOf(actor)(at))], defaultLoad.actors),
    ...(leftOpen.length > 0 && { leftOpen }),
  };
};

const statement: Read<LoadStatement> = (spot) => {
  const fields = spot.fields(['weight', 'for', 'sql']);
  return {
    weight: fields.or('weight', positive, 1),
    for: fields.or('for', oneOf(['previous', 'next', 'both']), 'both'),
    sql: fields.required('sql', text, ''),
  };
};
