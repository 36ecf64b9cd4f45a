import type { WireComparedFinding, WireComparison } from '../../../../shared/edge/wire/history.ts';
import type { WireRehearsal } from '../../../../shared/edge/wire/rehearsal.ts';
import { formatMs } from '../../../../shared/report/words.ts';
import { Badge } from '../kit/badge.tsx';
import { Card } from '../kit/card.tsx';
import { Age } from './age.tsx';
import { Answered } from './answered.tsx';
import { inert, Name } from './name.tsx';
import { Shell } from './shell.tsx';
import { useAnswer } from './use-answer.ts';
import { Verdict } from './verdict.tsx';

type Against = WireComparison['against'][number];

/** What this change brought: against the branch's last rehearsal, and against main. */
export function ComparisonPage({ id }: { readonly id: string }) {
  const chosen = new URLSearchParams(location.search).get('with');
  const query = chosen === null ? '' : `?${new URLSearchParams({ with: chosen })}`;
  const { answer, again } = useAnswer<WireComparison>(`/v1/rehearsals/${encodeURIComponent(id)}/comparison${query}`);
  const title =
    answer.kind === 'there' ? `${answer.content.rehearsal.service} ${answer.content.rehearsal.version}` : 'Rehearsal';
  return (
    <Shell title={`${title} compared`}>
      <Answered answer={answer} again={again}>
        {({ rehearsal, against }) => (
          <>
            <h1>
              <Name text={rehearsal.service} /> <Name text={rehearsal.version} /> compared
            </h1>
            <p className="line">
              <Verdict {...rehearsal} /> <Took rehearsal={rehearsal} />
              <a href={`/rehearsals/${rehearsal.id}`}>its report</a>
              <a href={`/?${new URLSearchParams({ service: rehearsal.service, environment: rehearsal.environment })}`}>
                trend of the service
              </a>
            </p>
            {against.map((one) => (
              <Base key={one.base} one={one} here={rehearsal} />
            ))}
          </>
        )}
      </Answered>
    </Shell>
  );
}

function Base({ one, here }: { readonly one: Against; readonly here: WireRehearsal }) {
  const { rehearsal, changes } = one;
  return (
    <Card>
      <h2>{titleOf(one)}</h2>
      {rehearsal === null ? (
        <p className="soft">There is none yet.</p>
      ) : (
        <>
          <p className="line">
            <Verdict {...rehearsal} />
            <a href={`/rehearsals/${rehearsal.id}`}>
              <Name text={rehearsal.version} />
            </a>
            <Took rehearsal={rehearsal} />
            <Age iso={rehearsal.createdAt} verb="submitted" />
          </p>
          <p>{changeOf(rehearsal.verdict, here.verdict)}</p>
        </>
      )}
      {rehearsal !== null && changes === null && <p>Findings can be compared when both are judged.</p>}
      {changes !== null && (
        <>
          <Findings title="New" findings={changes.appeared} />
          <Findings title="Gone" findings={changes.gone} />
          <Findings title="The same" findings={changes.same} />
        </>
      )}
    </Card>
  );
}

function titleOf({ base, branch }: Against) {
  if (base === 'chosen') return 'Against the one you chose';
  if (base === 'main') return <>Against {inert(branch ?? 'main', 60)}</>;
  if (branch === null) return 'Against the service’s previous one (nobody named a branch)';
  return <>Against the previous one on {inert(branch, 60)}</>;
}

function changeOf(before: string | null, now: string | null): string {
  if (before === now) return `The verdict is the same: ${now ?? 'none'}.`;
  return `The verdict was ${before ?? 'none'} there and is ${now ?? 'none'} here.`;
}

function Took({ rehearsal: { startedAt, finishedAt } }: { readonly rehearsal: WireRehearsal }) {
  if (startedAt === null || finishedAt === null) return null;
  return <span>took {formatMs(Date.parse(finishedAt) - Date.parse(startedAt))}</span>;
}

function Findings({ title, findings }: { readonly title: string; readonly findings: readonly WireComparedFinding[] }) {
  return (
    <>
      <h3>
        {title}: {findings.length}
      </h3>
      {findings.length > 0 && (
        <ul className="plain">
          {findings.map(({ check, severity, title: text, relation, file, line, waivedBy }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two findings may read alike, and the list never changes
            <li key={index}>
              <Badge tone={severity === 'blocks' ? 'fail' : 'open'}>{severity}</Badge> {inert(text, 240)}{' '}
              <span className="soft">
                <code>{check}</code>
                {relation !== null && <> · {inert(relation, 80)}</>}
                {file !== null && <> · {inert(`${file}${line === null ? '' : `:${line}`}`, 100)}</>}
                {waivedBy !== null && <> · waived by {inert(waivedBy, 60)}</>}
              </span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
