import { expect, test } from 'vitest';
import type { AppName } from '../../../shared/domain/bundle.ts';
import { compileDeclared, splitAtSemicolons } from '../../../workers/load/compile-declared.ts';
import { drawArrival } from '../../../workers/load/draw-arrival.ts';
import type { TrafficPlan, TrafficTemplate } from '../../../workers/load/traffic-plan.ts';

const declared = (sql: string, weight: number, version: 'previous' | 'next' | 'both' = 'both'): TrafficTemplate => ({
  kind: 'declared',
  weight,
  for: version,
  writes: [],
  parts: compileDeclared(sql, () => ["O'Hara", '7']).parts,
});

const generated: TrafficTemplate = {
  kind: 'generated',
  act: 'update',
  weight: 5,
  for: 'both',
  writes: [],
  relation: 'public.t',
  name: 'u',
  sql: '',
  keys: [['1'], ['2'], ['3']],
};

const plan = (templates: readonly TrafficTemplate[], seed = 7): TrafficPlan => ({
  address: { host: '', port: 0, user: '', password: '', database: '' },
  connectionsMax: 1,
  ratePerSecond: 50,
  seed,
  templates,
});

const draw = (of: TrafficPlan, count: number, versions: readonly AppName[] = ['previous']) =>
  Array.from({ length: count }, (_, n) => drawArrival(of, n, versions, n + 1));

test('equal seeds give equal sequences, other seeds give others', () => {
  const templates = [declared('SELECT $random(1,1000) + $seq', 1), generated];
  expect(draw(plan(templates), 500)).toEqual(draw(plan(templates), 500));
  expect(draw(plan(templates, 8), 500)).not.toEqual(draw(plan(templates), 500));
});

test('there is exactly one arrival in each slot of the rate, in order', () => {
  const times = draw(plan([generated]), 1000).map((arrival) => arrival?.atMs ?? -1);
  times.forEach((atMs, n) => {
    expect(Math.floor(atMs / 20)).toBe(n);
  });
  expect(new Set(times.map((atMs, n) => Math.round((atMs - n * 20) * 100))).size).toBeGreaterThan(500);
});

test('declared and generated statements share the rate, and weights decide within each', () => {
  const arrivals = draw(plan([declared('a', 3), declared('b', 1), generated]), 4000);
  const shares = [0, 1, 2].map((index) => arrivals.filter((arrival) => arrival?.template === index).length / 4000);
  expect(shares[0]).toBeCloseTo(0.375, 1);
  expect(shares[1]).toBeCloseTo(0.125, 1);
  expect(shares[2]).toBeCloseTo(0.5, 1);
});

test('statements of a version are sent while it runs only, and with none there is no arrival', () => {
  const both = plan([declared('old', 1, 'previous'), declared('new', 1, 'next')]);
  expect(new Set(draw(both, 50).map((arrival) => arrival?.text))).toEqual(new Set(['old']));
  expect(new Set(draw(both, 50, ['next']).map((arrival) => arrival?.text))).toEqual(new Set(['new']));
  const rollout = draw(both, 50, ['previous', 'next']).map((arrival) => arrival?.text);
  expect(new Set(rollout)).toEqual(new Set(['old', 'new']));
  expect(draw(plan([declared('new', 1, 'next')]), 3)).toEqual([null, null, null]);
});

test('macros are filled in: inclusive random, a sequence from 1, picked values quoted where they stand', () => {
  const of = plan([declared("SELECT $random(1,3), $seq, $pick(t.name), 'x $pick(t.name)'", 1)]);
  const texts = draw(of, 300).map((arrival) => arrival?.text ?? '');
  expect(texts[0]).toMatch(/^SELECT [123], 1, ('O''Hara'|'7'), 'x (O''Hara|7)'$/);
  expect(new Set(texts.map((text) => /SELECT (\d+)/.exec(text)?.[1]))).toEqual(new Set(['1', '2', '3']));
  expect(new Set(texts.map((text) => /, (\d+),/.exec(text)?.[1])).size).toBe(300);
});

test('a pick without values is NULL', () => {
  const { parts, picks } = compileDeclared('SELECT $pick(a.b.c)', () => []);
  expect(picks).toEqual(['a.b.c']);
  const template: TrafficTemplate = { kind: 'declared', weight: 1, for: 'both', writes: [], parts };
  expect(drawArrival(plan([template]), 0, ['next'], 1)?.text).toBe('SELECT NULL');
});

test('a text is cut at its semicolons, not at those in quotes and comments', () => {
  expect(splitAtSemicolons('SELECT \';\' ; -- a;b\nDO $x$ a; b $x$; /* ; */ SELECT ";";')).toEqual([
    "SELECT ';'",
    '-- a;b\nDO $x$ a; b $x$',
    '/* ; */ SELECT ";"',
  ]);
});
