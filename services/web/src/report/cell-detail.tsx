import type { Report } from '../../../../shared/domain/report.ts';
import type { JudgedCell } from '../../../../shared/domain/verdict.ts';
import { versionWords } from '../../../../shared/report/phrases.ts';
import { excerpt } from '../../../../shared/report/words.ts';
import { Badge } from '../kit/badge.tsx';
import { Code } from '../kit/code.tsx';
import type { Tone } from '../kit/mark.tsx';
import { useShowMore } from './show-more.tsx';

const tones: Readonly<Record<JudgedCell['outcome'], Tone>> = { pass: 'pass', fail: 'fail', 'not-run': 'idle' };
const words = { pass: 'passes', fail: 'fails', 'not-run': 'not asked' } as const;

/** What was asked of a version on a state, what it answered, and what the server refused it meanwhile. */
export function CellDetail({ report, cell }: { readonly report: Report; readonly cell: JudgedCell }) {
  const probes = useShowMore(cell.probes, 50);
  const errors = useShowMore(cell.sqlErrors, 10);
  return (
    <div className="detail">
      <h3>
        {excerpt(versionWords(report, cell.app), 120)}, {cell.boot === 'fresh' ? 'freshly started' : 'kept running'}, on
        “{excerpt(cell.state, 200)}”
      </h3>
      <p className="soft">
        {cell.gates
          ? 'It must live on this state during this deployment: what breaks here blocks.'
          : 'It need not live on this state during this deployment: shown only.'}{' '}
        {cell.because !== undefined && excerpt(cell.because, 400)}
      </p>
      <ul className="plain">
        {probes.shown.map(({ name, outcome, detail }) => (
          <li key={name}>
            <Badge tone={tones[outcome]}>{words[outcome]}</Badge> {excerpt(name, 200)}
            {detail !== '' && <span className="soft">: {excerpt(detail, 600)}</span>}
          </li>
        ))}
      </ul>
      {probes.more}
      {errors.shown.map(({ sqlstate, message, sql, count }) => (
        <div key={`${sqlstate} ${sql}`} className="like">
          <p>
            <strong className="ink-fail">{sqlstate}</strong> {excerpt(message, 600)}
            {count > 1 && <span className="soft"> ({count} times)</span>}
          </p>
          <Code text={sql} label={`SQL that ${sqlstate} refuses`} charactersMax={1000} />
        </div>
      ))}
      {errors.more}
    </div>
  );
}
