import type { Report } from '../../../../shared/domain/report.ts';
import type { Verdict } from '../../../../shared/domain/verdict.ts';
import { groupFindings } from '../../../../shared/report/group-findings.ts';
import { harmWords } from '../../../../shared/report/phrases.ts';
import { counted, excerpt, formatMs } from '../../../../shared/report/words.ts';
import { Mark, type Tone } from '../kit/mark.tsx';
import { Moment } from '../kit/moment.tsx';
import { sentenceParts, worstRun } from './sentence-parts.ts';

const words: Readonly<Record<Verdict, { readonly word: string; readonly tone: Tone }>> = {
  pass: { word: 'Pass', tone: 'pass' },
  fail: { word: 'Fail', tone: 'fail' },
  inconclusive: { word: 'Inconclusive', tone: 'open' },
};

/** What must be understood in ten seconds: the verdict, its sentence, and the figures behind it. */
export function VerdictHead({ report }: { readonly report: Report }) {
  const { word, tone } = words[report.verdict];
  const { service, previous, version, environment, startedAt } = report;
  return (
    <>
      <header className={`verdict tone-${tone}`}>
        <p className="word">
          <Mark tone={tone} /> {word}
        </p>
        <h1>
          {sentenceParts(report).map(({ text, href }, index) =>
            href === undefined ? (
              text
            ) : (
              // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one sentence never move
              <a key={index} href={href}>
                {text}
              </a>
            ),
          )}
        </h1>
        <p className="soft">
          {excerpt(`${service} ${previous} → ${version}, ${environment}`, 300)}. Rehearsed <Moment iso={startedAt} />,{' '}
          {counted(report.runs.length, 'run')} in {formatMs(report.durationMs)}.
        </p>
      </header>
      <dl className="figures">
        {figures(report).map(({ value, what, href, tone: meaning }) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd className={meaning === undefined ? undefined : `ink-${meaning}`}>
              <a href={href}>{value}</a>
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}

interface Figure {
  readonly value: string;
  readonly what: string;
  readonly href: string;
  readonly tone?: Tone;
}

function figures(report: Report): readonly Figure[] {
  const blocking = groupFindings(report.findings).filter(({ mark }) => mark === 'blocks');
  const count = blocking.reduce((sum, { findings }) => sum + findings.length, 0);
  const loads = report.runs.flatMap(({ load }) => (load === undefined ? [] : [load]));
  const failed = loads.reduce((sum, load) => sum + load.failed, 0);
  const sent = loads.reduce((sum, load) => sum + load.transactions, 0);
  const gating = report.compatibility.cells.filter(({ gates }) => gates);
  const broken = gating.filter(({ outcome }) => outcome === 'fail').length;
  const worst = worstRun(report);
  const run = worst === undefined ? '#timeline' : `#timeline?run=${encodeURIComponent(worst.id)}`;
  const checks = count === 0 ? '' : `, of ${counted(blocking.length, 'check')}`;
  return [
    {
      value: count === 0 ? 'none' : String(count),
      what: `${count === 1 ? 'finding that blocks' : 'findings that block'}${checks}`,
      href: '#findings',
      tone: count === 0 ? 'pass' : 'fail',
    },
    {
      value: worst?.load === undefined ? 'not seen' : formatMs(worst.load.blockedMsMax),
      what: 'longest wait of a transaction behind the migration',
      href: run,
    },
    {
      value: loads.length === 0 ? 'not seen' : `${failed} of ${sent}`,
      what: 'transactions of the traffic that failed',
      href: '#traffic',
      ...(failed > 0 ? { tone: 'fail' } : {}),
    },
    {
      value: gating.length === 0 ? 'not asked' : `${broken} of ${gating.length}`,
      what: 'states that a version must live with and breaks on',
      href: '#versions',
      ...(broken > 0 ? { tone: 'fail' } : {}),
    },
    {
      value: harmWords[report.harm].database,
      what: `the database: ${harmWords[report.harm].because}`,
      href: '#recovery',
      ...(report.harm === 'harmed' ? { tone: 'fail' } : {}),
    },
  ];
}
