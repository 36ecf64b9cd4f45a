import { RehearsalError } from '../../domain/problem.ts';

/**
 * One question at a time for all who ask alike: whoever comes while it is under way goes with the next. Nobody waits
 * for company, and an answer is never older than its question; one that is slow is slow for all. `askAll` answers in
 * the order of the questions. Where it rejects, they are asked apart and in their order, so that one that is wrong
 * spoils no other; what a machine lacks, all are told at once.
 */
export function inBatches<Question, Answer>(
  askAll: (questions: readonly Question[]) => Promise<readonly Answer[]>,
): (question: Question) => Promise<Answer> {
  const waiting: Asker<Question, Answer>[] = [];
  const apart: Asker<Question, Answer>[] = [];
  let isUnderWay = false;
  return (question) =>
    new Promise((resolve, reject) => {
      waiting.push({ question, resolve, reject });
      if (!isUnderWay) void goOn();
    });

  async function goOn(): Promise<void> {
    isUnderWay = true;
    while (apart.length + waiting.length > 0) {
      await answer(apart.length > 0 ? apart.splice(0, 1) : waiting.splice(0, batchMax));
    }
    isUnderWay = false;
  }

  /** Never rejects: each asker hears of its own failure. */
  async function answer(batch: readonly Asker<Question, Answer>[]): Promise<void> {
    try {
      const answers = await askAll(batch.map(({ question }) => question));
      if (answers.length !== batch.length) throw new Error(`${batch.length} questions have ${answers.length} answers`);
      for (const [at, { resolve }] of batch.entries()) resolve(answers[at] as Answer);
    } catch (error) {
      if (error instanceof RehearsalError && error.fault === 'machine') {
        tell(error, [...batch, ...apart.splice(0), ...waiting.splice(0)]);
      } else if (batch.length === 1) tell(error, batch);
      else apart.push(...batch);
    }
  }

  function tell(error: unknown, askers: readonly Asker<Question, Answer>[]): void {
    for (const { reject } of askers) reject(error);
  }
}

/** What one statement is asked at once. */
const batchMax = 50;

interface Asker<Question, Answer> {
  readonly question: Question;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}
