import type { Finding } from '../../../../shared/domain/finding.ts';
import type { Report } from '../../../../shared/domain/report.ts';
import { type FindingGroup, groupFindings, placeOf } from '../../../../shared/report/group-findings.ts';
import { limits } from '../../../../shared/report/limits.ts';
import { counted, excerpt } from '../../../../shared/report/words.ts';
import { Badge } from '../kit/badge.tsx';
import { Card } from '../kit/card.tsx';
import { Code } from '../kit/code.tsx';
import { Disclosure } from '../kit/disclosure.tsx';
import type { Tone } from '../kit/mark.tsx';
import type { CheckWords } from './embedded-report.ts';
import { findStatement } from './find-statement.ts';
import { Section } from './section.tsx';
import { useShowMore } from './show-more.tsx';
import { momentWords } from './worst-moment.ts';

const tones: Readonly<Record<FindingGroup['mark'], Tone>> = { blocks: 'fail', warns: 'open', waived: 'idle' };

interface FindingsProps {
  readonly report: Report;
  readonly checks: ReadonlyMap<string, CheckWords>;
}

/** In order of harm: one card a check, the first finding told in full, its like folded below it. */
export function FindingsSection({ report, checks }: FindingsProps) {
  const groups = groupFindings(report.findings);
  const { shown, more } = useShowMore(groups, limits.checksOfPage);
  return (
    <Section id="findings" title="Findings">
      {groups.length === 0 && <p>None: no check found anything to say.</p>}
      {groups.length > 2 && <Index groups={shown} />}
      {shown.map((group, index) => (
        <GroupCard
          key={`${group.mark} ${group.check}`}
          report={report}
          group={group}
          number={index + 1}
          words={checks.get(group.check)}
        />
      ))}
      {more}
    </Section>
  );
}

function Index({ groups }: { readonly groups: readonly FindingGroup[] }) {
  return (
    <ol className="index">
      {groups.map(({ mark, check, findings }, index) => (
        <li key={`${mark} ${check}`}>
          <Badge tone={tones[mark]}>{mark}</Badge>
          <span>
            <a href={`#finding-${index + 1}`}>{excerpt(findings[0].title, 140)}</a>
            {findings.length > 1 && <span className="soft"> and {findings.length - 1} more</span>}
          </span>
        </li>
      ))}
    </ol>
  );
}

interface GroupCardProps {
  readonly report: Report;
  readonly group: FindingGroup;
  readonly number: number;
  readonly words: CheckWords | undefined;
}

function GroupCard({ report, group, number, words }: GroupCardProps) {
  const [first, ...others] = group.findings;
  const { shown, more } = useShowMore(others, limits.findingsOfCheck);
  return (
    <Card tone={tones[group.mark]} id={`finding-${number}`}>
      <h3>
        <Badge tone={tones[group.mark]}>{group.mark}</Badge> {excerpt(first.title, limits.summaryCharacters)}
      </h3>
      <Body report={report} finding={first} words={words} />
      {others.length > 0 && (
        <Disclosure summary={`${counted(others.length, 'more finding')} of ${group.check}`}>
          {shown.map((finding, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: findings never move
            <div className="like" key={index}>
              <h4>{excerpt(finding.title, limits.summaryCharacters)}</h4>
              <Body report={report} finding={finding} words={undefined} />
            </div>
          ))}
          {more}
        </Disclosure>
      )}
    </Card>
  );
}

interface BodyProps {
  readonly report: Report;
  readonly finding: Finding;
  /** Told once a check. */
  readonly words: CheckWords | undefined;
}

function Body({ report, finding, words }: BodyProps) {
  const { summary, remedy, waivedBy, waivedUntil } = finding;
  const moment = momentWords(report, finding);
  return (
    <>
      <Where report={report} finding={finding} />
      <p>{excerpt(summary, limits.summaryCharacters)}</p>
      {moment !== undefined && (
        <p className="screen-only">
          <strong>Worst moment:</strong> {moment.text} <a href={moment.href}>See it on the timeline</a>
        </p>
      )}
      {words !== undefined && <Why words={words} />}
      <p>
        <strong>What to do:</strong> {excerpt(remedy.text, limits.summaryCharacters)}
      </p>
      {remedy.sql !== undefined && <Code text={tidy(remedy.sql)} label="SQL of the remedy" />}
      {waivedBy !== undefined && (
        <p className="soft">
          Waived by {waivedBy}
          {waivedUntil === undefined ? '' : ` until ${waivedUntil}`}.
        </p>
      )}
    </>
  );
}

function Why({ words: { why, incident } }: { readonly words: CheckWords }) {
  return (
    <p className="screen-only">
      <strong>Why it matters:</strong> {why}
      {incident !== null && (
        <span className="soft">
          {' '}
          It has been an outage: <code>{incident}</code>.
        </span>
      )}
    </p>
  );
}

const tidy = (sql: string): string => sql.replace(/\n[^\S\n]*(?=\n)/g, '').trim();

/** Where it is: the line of a file with its SQL, the relation, the state, and the runs that showed it. */
function Where({ report, finding }: { readonly report: Report; readonly finding: Finding }) {
  const place = placeOf(finding);
  const found = findStatement(report, finding);
  const { runs } = finding.evidence;
  return (
    <>
      <p className="soft">
        <code>{finding.check}</code>
        {place !== undefined && <> · {excerpt(place, 300)}</>}
        {finding.relation !== undefined && <> · {excerpt(finding.relation, 300)}</>}
        {finding.state !== undefined && <> · state “{excerpt(finding.state, 300)}”</>} · seen in{' '}
        {runs.slice(0, 3).map((id, index) => (
          <span key={id}>
            {index > 0 && ', '}
            <a href={`#timeline?run=${encodeURIComponent(id)}`}>{id}</a>
          </span>
        ))}
        {runs.length > 3 && ` and ${runs.length - 3} more`}
      </p>
      {found !== undefined && (
        <div className="screen-only">
          <Code
            text={found.statement.sql.trim()}
            label={`SQL of statement ${found.statement.ordinal}`}
            charactersMax={600}
          />
        </div>
      )}
    </>
  );
}
