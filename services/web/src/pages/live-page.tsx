import { useEffect } from 'react';
import type { WireProgress } from '../../../../shared/edge/wire/history.ts';
import type { WireRehearsal } from '../../../../shared/edge/wire/rehearsal.ts';
import { Age } from './age.tsx';
import { Answered } from './answered.tsx';
import { EndedWithoutVerdict } from './ended-without-verdict.tsx';
import { LiveRuns } from './live-runs.tsx';
import { isOver, type LiveState } from './live-state.ts';
import { LiveTime } from './live-time.tsx';
import { inert, Name } from './name.tsx';
import { CancelButton } from './rehearsal-actions.tsx';
import { may, useSession } from './session.ts';
import { Shell } from './shell.tsx';
import { useAnswer } from './use-answer.ts';
import { useLive } from './use-live.ts';
import { Verdict } from './verdict.tsx';

/** A rehearsal that has no verdict yet, or never got one; once it is judged, this address is its report. */
export function LivePage({ id }: { readonly id: string }) {
  const { answer, again } = useAnswer<WireRehearsal>(`/v1/rehearsals/${encodeURIComponent(id)}`);
  const title = answer.kind === 'there' ? `${answer.content.service} ${answer.content.version}` : 'Rehearsal';
  return (
    <Shell title={title}>
      <Answered answer={answer} again={again}>
        {(rehearsal) => (
          <>
            <h1>
              <Name text={rehearsal.service} /> <Name text={rehearsal.version} />
            </h1>
            {rehearsal.status === 'failed' || rehearsal.status === 'cancelled' ? (
              <EndedWithoutVerdict rehearsal={rehearsal} />
            ) : (
              <Following rehearsal={rehearsal} again={again} />
            )}
          </>
        )}
      </Answered>
    </Shell>
  );
}

interface FollowingProps {
  readonly rehearsal: WireRehearsal;
  readonly again: () => Promise<void>;
}

function Following({ rehearsal, again }: FollowingProps) {
  const { state, connected, ended } = useLive(rehearsal.links.events);
  const { answer: progress } = useAnswer<WireProgress>(`${rehearsal.links.self}/progress`);
  const session = useSession();
  useEffect(() => {
    if (!ended) return;
    if (state.status === 'judged') location.reload();
    else void again();
  }, [ended, state.status, again]);
  return (
    <>
      <p className="line" aria-live="polite">
        <Verdict verdict={state.verdict} status={state.status} />
        {!connected && state.last > 0 && (
          <span className="notice tone-open">The connection was cut; it comes back.</span>
        )}
        <Age iso={rehearsal.createdAt} verb="submitted" />
      </p>
      {state.waiting !== null && (
        <p className="notice tone-open" role="status">
          {state.waiting}
        </p>
      )}
      {progress.kind === 'there' && !isOver(state) && (
        <LiveTime usualMs={progress.content.usualMs} startedAt={progress.content.startedAt} status={state.status} />
      )}
      {!isOver(state) && may(session, 'submit') && <CancelButton id={rehearsal.id} />}
      <Findings state={state} />
      <LiveRuns runs={state.runs} />
    </>
  );
}

/** Told by voice as they come. */
function Findings({ state: { sightings, findings } }: { readonly state: LiveState }) {
  const told = findings.length > 0 ? findings : sightings;
  return (
    <section className="stack" aria-label="Findings" aria-live="polite">
      {told.length > 0 && (
        <>
          <h2>
            {findings.length > 0 ? 'Findings' : 'Findings so far'}
            {findings.length === 0 && <span className="soft"> · the verdict is made of all evidence</span>}
          </h2>
          <ul className="plain">
            {told.map(({ check, title }) => (
              <li key={`${check} ${title}`}>
                {inert(title, 240)} <code className="soft">{check}</code>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
