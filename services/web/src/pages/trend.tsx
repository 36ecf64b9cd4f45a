import type { WireTrend } from '../../../../shared/edge/wire/history.ts';
import { counted, formatMs } from '../../../../shared/report/words.ts';
import { Mark } from '../kit/mark.tsx';
import { Answered } from './answered.tsx';
import { inert } from './name.tsx';
import { useAnswer } from './use-answer.ts';
import { toneOf } from './verdict.tsx';

export interface TrendProps {
  readonly service: string;
  readonly environment: string;
}

/** Every verdict of a service in order: height is how long it took, the shape is what it came to. */
export function Trend({ service, environment }: TrendProps) {
  const { answer, again } = useAnswer<WireTrend>(`/v1/trend?${new URLSearchParams({ service, environment })}`);
  return (
    <section className="stack" aria-labelledby="trend">
      <h2 id="trend">
        Trend in {inert(environment, 40)}
        <span className="soft"> · oldest first, reds stay; the height is how long it took</span>
      </h2>
      <Answered answer={answer} again={again}>
        {({ items }) => (items.length === 0 ? <p>Nothing was judged yet.</p> : <Bars items={items} />)}
      </Answered>
    </section>
  );
}

const barPixelsMax = 72;

function Bars({ items }: { readonly items: WireTrend['items'] }) {
  const longestMs = Math.max(...items.map(({ durationMs }) => durationMs), 1);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className="scroll" aria-label="Verdicts over time" tabIndex={0}>
      <ol className="trend">
        {items.map(({ id, version, verdict, durationMs, blocks, warns, branches, finishedAt }) => (
          <li key={id} className={`tone-ink-${toneOf(verdict)}`}>
            <a className="trend-link" href={`/rehearsals/${id}`} title={`${inert(version, 60)}: ${verdict}`}>
              <Mark tone={toneOf(verdict)} />
              <span className="trend-bar" style={{ height: `${4 + (durationMs / longestMs) * barPixelsMax}px` }} />
              <span className="unseen">
                {inert(version, 60)}: {verdict}, {counted(blocks, 'blocking finding')}, {counted(warns, 'warning')},
                took {formatMs(durationMs)}, {finishedAt.slice(0, 10)}
                {branches.length > 0 && `, from ${inert(branches.join(' and '), 80)}`}
              </span>
              <span aria-hidden="true" className="trend-name">
                {inert(version, 12)}
              </span>
            </a>
          </li>
        ))}
      </ol>
    </section>
  );
}
