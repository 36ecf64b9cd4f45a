import type { WireBoardItem } from '../../../../shared/edge/wire/board.ts';
import { Card } from '../kit/card.tsx';
import { Mark } from '../kit/mark.tsx';
import { AcceptDialog } from './accept-dialog.tsx';
import { Age } from './age.tsx';
import { inert, Name } from './name.tsx';
import { may, useSession } from './session.ts';
import { toTheMinute } from './to-the-minute.ts';
import { Verdict } from './verdict.tsx';

export interface BoardVersionProps {
  readonly item: WireBoardItem;
  readonly again: () => Promise<void>;
}

/** One version: the gate's word first, then why, then how old what it rests on is. */
export function BoardVersion({ item, again }: BoardVersionProps) {
  const { id, version, gate, blocking, sentence, verdict, status, finishedAt, snapshotAsOf } = item;
  const mayWaive = may(useSession(), 'waive');
  const open = gate?.answer === 'allow';
  const unwaived = blocking.filter(({ waivedBy }) => waivedBy === null);
  return (
    <Card tone={open ? 'pass' : 'fail'}>
      <h3 className="line">
        <span className={`answer tone-ink-${open ? 'pass' : 'fail'}`}>
          <Mark tone={open ? 'pass' : 'fail'} /> {open ? 'May go out' : 'Blocked'}
        </span>
        <a href={`/rehearsals/${id}`}>
          <Name text={version} />
        </a>
        <Verdict verdict={verdict} status={status} />
      </h3>
      <ul className="reasons">
        {gate?.reasons.map(({ code, text }) => (
          <li key={`${code} ${text}`}>
            {inert(toTheMinute(text), 400)} <code className="soft">{code}</code>
          </li>
        ))}
      </ul>
      {sentence !== null && <p className="soft">{inert(sentence, 300)}</p>}
      <dl className="facts">
        <dt>Evidence</dt>
        <dd>
          {finishedAt === null ? 'none yet' : <Age iso={finishedAt} verb={verdict === null ? 'ended' : 'judged'} />}
        </dd>
        <dt>Snapshot</dt>
        <dd>
          {inert(item.snapshot === 'sql' ? 'brought by the bundle' : item.snapshot, 80)}
          {snapshotAsOf !== null && (
            <>
              {' '}
              <Age iso={snapshotAsOf} verb="· data taken" />
            </>
          )}
        </dd>
        <dt>Bundle</dt>
        <dd>
          <code>{item.digests.bundle.slice(0, 19)}…</code>
          {item.sources[0] !== undefined && <> from {inert(item.sources[0].branch, 60)}</>}
        </dd>
      </dl>
      <p className="actions">
        <a href={`/rehearsals/${id}`}>
          report<span className="unseen"> of {inert(version, 60)}</span>
        </a>
        {verdict !== null && (
          <a href={`/rehearsals/${id}/comparison`}>
            what changed<span className="unseen"> in {inert(version, 60)}</span>
          </a>
        )}
        {verdict !== null && (
          <a href={`/v1/rehearsals/${id}/attestation`} download={`attestation-${id}.json`}>
            signed result<span className="unseen"> of {inert(version, 60)}</span>
          </a>
        )}
        {mayWaive && !open && unwaived.length > 0 && <AcceptDialog kind="waiver" item={item} again={again} />}
        {mayWaive && !open && <AcceptDialog kind="override" item={item} again={again} />}
      </p>
    </Card>
  );
}
