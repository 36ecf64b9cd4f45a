import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Engine, openEngine } from '../../workers/engine.ts';
import { defaultDataRoot } from '../../workers/hosts/data-root.ts';
import { summaryOf } from '../support/rehearsed.ts';
import { answered, differences, type Which } from './answer.ts';
import { type KnownCase, readCases } from './known-case.ts';

/** One for all, on the command line's data root: starting it takes longer than most of these rehearsals. */
let engine: Engine;
const took: { readonly name: string; readonly ms: number }[] = [];
const beganMs = performance.now();
beforeAll(async () => {
  engine = await openEngine({ dataRoot: defaultDataRoot(process.env), host: 'process' });
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  const slowest = took.toSorted((left, right) => right.ms - left.ms).slice(0, 5);
  const said = slowest.map(({ name, ms }) => `${name} ${seconds(ms)}`).join(', ');
  const whole = seconds(performance.now() - beganMs);
  process.stderr.write(`known answers: ${took.length} twins in ${whole}; the longest: ${said}\n`);
});

const all = readCases(import.meta.dirname).map((known) => ({ ...known, name: `${known.topic}: ${known.slug}` }));
/** What starts versions or load takes three times as long: all of it where somebody asks for it. */
const isQuick = ({ scenarios }: KnownCase): boolean => scenarios.every((scenario) => scenario === 'control');
const isOnlyOne = ({ topic, slug }: KnownCase): boolean => {
  const own = all.filter((known) => known.topic === topic);
  return !own.some(isQuick) && own[0]?.slug === slug;
};
const wantsAll = process.env.REHEARSAL_KNOWN_ANSWERS === 'all';
const run = all.filter((known) => wantsAll || isQuick(known) || isOnlyOne(known));

test('there are at least 40 cases, and both twins of each are different', () => {
  expect(run.length).toBeGreaterThanOrEqual(40);
  expect(all.filter(({ unsafe, safe }) => JSON.stringify(unsafe) === JSON.stringify(safe))).toEqual([]);
});

describe.each(run)('$name', (known) => {
  test('unsafe is found', () => answers(known, 'unsafe'));
  test('safe is left alone', () => answers(known, 'safe'));
});

async function answers(known: KnownCase & { readonly name: string }, which: Which): Promise<void> {
  const startMs = performance.now();
  const report = await answered(engine, known, which);
  took.push({ name: `${known.name} ${which}`, ms: performance.now() - startMs });
  expect(differences(known, which, report), summaryOf(report)).toEqual([]);
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
