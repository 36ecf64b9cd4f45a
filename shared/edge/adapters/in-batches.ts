import { RehearsalError } from '../../domain/problem.ts';

/**
 * One question at a time for all who ask alike: whoever comes while it is under way goes with the next. Nobody waits for
 * company, and an answer is never older than its question. `askAll` answers in the order of the questions. Where it
 * rejects, each is asked alone, so that one that is wrong spoils no other; what a machine lacks, all are told at once.
 */
export function inBatches<Question, Answer>(
  askAll: (questions: readonly Question[]) => Promise<readonly Answer[]>,
): (question: Question) => Promise<Answer> {
  let waiting: Asker<Question, Answer>[] = [];
  let isUnderWay = false;
  return (question) =>
    new Promise((resolve, reject) => {
      waiting.push({ question, resolve, reject });
      if (!isUnderWay) void goOn();
    });

  async function goOn(): Promise<void> {
    isUnderWay = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, batchMax);
      waiting = waiting.slice(batchMax);
      await answer(batch);
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
      if (error instanceof RehearsalError && error.fault === 'machine') tell(error, [...batch, ...waiting.splice(0)]);
      else if (batch.length === 1) tell(error, batch);
      else await Promise.all(batch.map((one) => answer([one])));
    }
  }

  function tell(error: unknown, askers: readonly Asker<Question, Answer>[]): void {
    for (const { reject } of askers) reject(error);
  }
}

interface Asker<Question, Answer> {
  readonly question: Question;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** A batch that is asked again one by one needs as many connections as it has questions. */
const batchMax = 50;
