import type { WireRehearsal } from '../../../../shared/edge/wire/rehearsal.ts';
import { Card } from '../kit/card.tsx';
import { Age } from './age.tsx';
import { inert } from './name.tsx';
import { RerunButton } from './rehearsal-actions.tsx';
import { may, useSession } from './session.ts';
import { Verdict } from './verdict.tsx';

/** No verdict is no permission: says why there is none, and what to do. */
export function EndedWithoutVerdict({ rehearsal }: { readonly rehearsal: WireRehearsal }) {
  const { id, status, problem, finishedAt } = rehearsal;
  const session = useSession();
  return (
    <>
      <p className="line">
        <Verdict verdict={null} status={status} />
        {finishedAt !== null && <Age iso={finishedAt} verb="ended" />}
      </p>
      {problem === null ? (
        <p>Somebody cancelled it before it was judged. The gate stays closed for this bundle.</p>
      ) : (
        <Card tone="open">
          <h2>{inert(problem.detail, 300)}</h2>
          <p>
            <strong>What to do:</strong> {inert(problem.remedy, 400)}
          </p>
          {problem.problems.length > 0 && (
            <ul>
              {(problem.problems as readonly PlacedProblem[]).map((one) => (
                <li key={`${one.file}${one.line}${one.key}${one.message}`}>
                  <code>
                    {inert([one.file, one.line, one.key].filter((part) => part !== undefined).join(':'), 120)}
                  </code>{' '}
                  {inert(one.message, 300)}
                </li>
              ))}
            </ul>
          )}
        </Card>
      )}
      {may(session, 'submit') && <RerunButton id={id} />}
    </>
  );
}

interface PlacedProblem {
  readonly file?: string;
  readonly line?: number;
  readonly key?: string;
  readonly message: string;
}
