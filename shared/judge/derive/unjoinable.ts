import type { StatementObservation } from '../../domain/statement.ts';
import { refusesTransaction } from '../../plan/known-locks.ts';
import type { Reading } from '../collect-evidence.ts';
import type { JudgeContext } from '../context.ts';
import { changedAttributes, objectKey } from '../schema-difference.ts';
import type { PathState } from './expected-end.ts';

/**
 * Whether every one of these objects was made by a statement that the server takes in no transaction, such as a
 * concurrent index build: nobody can write the ledger's row together with it.
 */
export function isUnjoinable(keys: readonly string[], traced: Reading, context: JudgeContext): boolean {
  return (
    keys.length > 0 &&
    keys.every((key) => {
      const made = makerOf(key, context);
      return made !== undefined && refusesTransaction(made.phase, made.statement, traced.runs[0]);
    })
  );
}

interface Maker {
  readonly phase: string;
  readonly statement: StatementObservation;
}

/** The quiet run's statement after which the object is there as it stays. */
function makerOf(key: string, { expected }: JudgeContext): Maker | undefined {
  const path = expected?.path ?? [];
  const place = path.find((candidate, at) => at > 0 && differs(key, path[at - 1], candidate));
  if (place === undefined || place.point.kind === 'before' || place.point.kind === 'after-rollback') return undefined;
  const { point } = place;
  const statements = expected?.run.attempts.find(({ phase }) => phase === point.phase)?.statements ?? [];
  const statement = statements.findLast(({ committed }) =>
    point.kind === 'inside' ? committed === point.committed : committed !== undefined,
  );
  return statement === undefined ? undefined : { phase: point.phase, statement };
}

function differs(key: string, earlier: PathState | undefined, later: PathState): boolean {
  const [was, is] = [earlier, later].map((place) =>
    place?.state.schema.objects.find((object) => objectKey(object) === key),
  );
  if (was === undefined || is === undefined) return was !== is;
  return changedAttributes(was, is).length > 0;
}
