import type { WireRehearsal } from '../../../../shared/edge/wire/rehearsal.ts';
import { formatMs } from '../../../../shared/report/words.ts';
import { Age } from './age.tsx';
import { inert, Name } from './name.tsx';
import { Verdict } from './verdict.tsx';

export function RehearsalRow({ item }: { readonly item: WireRehearsal }) {
  const { id, service, version, environment, sources, verdict, status, sentence, problem } = item;
  const source = sources[0];
  const tookMs =
    item.finishedAt === null ? null : Date.parse(item.finishedAt) - Date.parse(item.startedAt ?? item.createdAt);
  return (
    <li className="row">
      <div className="row-head">
        <Verdict verdict={verdict} status={status} />
        <a className="row-title" href={`/rehearsals/${id}`}>
          <Name text={service} /> <Name text={version} />
        </a>
        {item.attempt > 1 && <span className="soft">attempt {item.attempt}</span>}
      </div>
      {(sentence ?? problem?.detail) && <p className="row-text">{inert(sentence ?? problem?.detail ?? '', 300)}</p>}
      <p className="soft row-facts">
        <span>
          <Name text={environment} charactersMax={40} />
        </span>
        {source !== undefined && (
          <a href={`/?${new URLSearchParams({ service, branch: source.branch })}`}>
            <span className="unseen">branch </span>
            <Name text={source.branch} charactersMax={60} />
            {source.commit !== null && <code> {inert(source.commit, 10)}</code>}
          </a>
        )}
        <a href={`/?${new URLSearchParams({ service, environment })}`}>trend</a>
        {verdict !== null && (
          <a href={`/rehearsals/${id}/comparison`}>
            compare<span className="unseen"> {inert(`${service} ${version}`, 80)}</span>
          </a>
        )}
        <Age iso={item.createdAt} verb="submitted" />
        {tookMs !== null && <span>took {formatMs(tookMs)}</span>}
      </p>
    </li>
  );
}
