import { expect, test } from 'vitest';
import type { RunResult } from '../../shared/domain/observation.ts';
import type { Turn } from '../../workers/hosts/machine-turns.ts';
import { strongestOf } from '../../workers/perform-in-turn.ts';
import { load } from '../support/evidence-parts.ts';
import { controlOf, planOf } from '../support/run-results.ts';

const strong = controlOf({});
const weak: RunResult = { ...strong, weaknesses: [{ part: 'locks', because: 'nobody met' }] };
const late: RunResult = { ...strong, load: load({ lagMsP99: 10_000 }) };

async function turnsOf(first: RunResult, againAlone: boolean) {
  const turns: Turn[] = [];
  const spec = { ...strong.spec, ...(againAlone ? { againAlone: true as const } : {}) };
  const result = await strongestOf(spec, planOf(), async (how) => {
    turns.push(how);
    return turns.length === 1 ? first : strong;
  });
  return { turns, result };
}

test('what came out weak beside neighbours is made once more, alone', async () => {
  for (const first of [weak, late]) {
    expect(await turnsOf(first, true)).toEqual({ turns: ['shared', 'alone'], result: strong });
  }
});

test('what came out strong counts, and what may not be repeated stays as it is', async () => {
  expect(await turnsOf(strong, true)).toEqual({ turns: ['shared'], result: strong });
  expect(await turnsOf(weak, false)).toEqual({ turns: ['shared'], result: weak });
});
