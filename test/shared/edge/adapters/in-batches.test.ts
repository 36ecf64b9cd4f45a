import { describe, expect, test, vi } from 'vitest';
import { RehearsalError } from '../../../../shared/domain/problem.ts';
import { inBatches } from '../../../../shared/edge/adapters/in-batches.ts';

/** Answers when it is told to, so that a test decides who comes while a question is under way. */
function heldBack(answer: (questions: readonly string[]) => readonly string[]) {
  const asked: { readonly questions: readonly string[]; readonly go: () => void }[] = [];
  const ask = inBatches(async (questions: readonly string[]) => {
    await new Promise<void>((go) => {
      asked.push({ questions, go });
    });
    return answer(questions);
  });
  const goOn = async (turn: number) => {
    await vi.waitUntil(() => asked.length > turn);
    asked[turn]?.go();
  };
  return { ask, goOn, texts: () => asked.map(({ questions }) => questions.join('')) };
}
const upperCase = (questions: readonly string[]) => questions.map((question) => question.toUpperCase());

describe('questions in batches', () => {
  test('go at once where nobody asks, and together where somebody does', async () => {
    const { ask, goOn, texts } = heldBack(upperCase);
    const first = ask('a');
    expect(texts()).toEqual(['a']);
    const others = [ask('b'), ask('c')];
    expect(texts()).toEqual(['a']);
    await goOn(0);
    expect(await first).toBe('A');
    await goOn(1);
    expect(await Promise.all(others)).toEqual(['B', 'C']);
    expect(texts()).toEqual(['a', 'bc']);
  });

  test('one that is wrong spoils no other', async () => {
    const refusing = (questions: readonly string[]) => {
      if (questions.includes('x')) throw new TypeError('x is no question');
      return upperCase(questions);
    };
    const { ask, goOn } = heldBack(refusing);
    const all = Promise.allSettled([ask('a'), ask('x'), ask('c')]);
    for (const turn of [0, 1, 2, 3]) await goOn(turn);
    const [a, x, c] = await all;
    expect([a, c]).toMatchObject([{ value: 'A' }, { value: 'C' }]);
    expect(x).toMatchObject({ reason: { message: 'x is no question' } });
  });

  test('what is asked apart keeps its order, and ends for all where the machine is away', async () => {
    const { ask, goOn, texts } = heldBack((questions) => {
      if (questions.length > 1) throw new TypeError('one of them is no question');
      if (questions[0] === 'b') throw new RehearsalError('machine', 'store-unreachable', 'It is away.', 'Start it.');
      return upperCase(questions);
    });
    const first = ask('0');
    const all = Promise.allSettled([ask('a'), ask('b'), ask('c')]);
    await goOn(0);
    await first;
    for (const turn of [1, 2, 3]) await goOn(turn);
    const away = { reason: { code: 'store-unreachable' } };
    expect(await all).toMatchObject([{ value: 'A' }, away, away]);
    expect(texts()).toEqual(['0', 'abc', 'a', 'b']);
  });

  test('what the machine lacks is told to everybody at once, and asked again by whoever comes later', async () => {
    let isAway = true;
    const { ask, goOn, texts } = heldBack((questions) => {
      if (isAway) throw new RehearsalError('machine', 'store-unreachable', 'It is away.', 'Start it.');
      return upperCase(questions);
    });
    const all = Promise.allSettled([ask('a'), ask('b'), ask('c')]);
    await goOn(0);
    const away = { reason: { code: 'store-unreachable' } };
    expect(await all).toMatchObject([away, away, away]);
    expect(texts()).toEqual(['a']);
    isAway = false;
    const later = ask('d');
    await goOn(1);
    expect(await later).toBe('D');
  });

  test('an answer that is missing is nobody’s', async () => {
    const { ask, goOn } = heldBack(() => []);
    const lost = Promise.allSettled([ask('a')]);
    await goOn(0);
    expect(await lost).toMatchObject([{ reason: { message: '1 questions have 0 answers' } }]);
  });
});
