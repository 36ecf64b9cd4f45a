import type { CheckOutcome } from '../../../../shared/domain/finding.ts';
import type { Report } from '../../../../shared/domain/report.ts';
import { counted, excerpt, formatBytes, formatMs } from '../../../../shared/report/words.ts';
import { Badge } from '../kit/badge.tsx';
import { Disclosure } from '../kit/disclosure.tsx';
import type { Tone } from '../kit/mark.tsx';
import { Moment } from '../kit/moment.tsx';
import { Table } from '../kit/table.tsx';
import { Coverage } from './coverage.tsx';
import type { CheckWords } from './embedded-report.ts';
import { Hints } from './hints.tsx';
import { Section } from './section.tsx';

const words: Readonly<Record<CheckOutcome['outcome'], { readonly word: string; readonly tone: Tone }>> = {
  found: { word: 'found', tone: 'fail' },
  undetermined: { word: 'could not be judged', tone: 'open' },
  broken: { word: 'the check failed', tone: 'open' },
  clear: { word: 'clear', tone: 'pass' },
  'not-applicable': { word: 'not applicable', tone: 'idle' },
};
const order = Object.keys(words);

interface EvidenceProps {
  readonly report: Report;
  readonly checks: ReadonlyMap<string, CheckWords>;
}

/** How far what was seen carries: what could not be judged, what was not looked at, what it stands on. */
export function EvidenceSection({ report, checks }: EvidenceProps) {
  const open = report.checks.filter(({ outcome }) => outcome === 'undetermined' || outcome === 'broken');
  return (
    <Section
      id="evidence"
      title="How good the evidence is"
      lead="Silence is not the same as a look that found nothing: each check says which of them it is."
    >
      <h3>Not judged</h3>
      {open.length === 0 && <p>Nothing: every check that the bundle calls for came to an answer.</p>}
      <ul className="plain">
        {open.map(({ id, reason, outcome }) => (
          <li key={id}>
            <Badge tone="open">{words[outcome].word}</Badge> <code>{id}</code>:{' '}
            {excerpt(reason ?? 'no reason is known', 400)}
          </li>
        ))}
      </ul>
      <h3>Not tested</h3>
      {report.notTested.length === 0 && <p>Nothing that was planned was left out.</p>}
      <ul>
        {report.notTested.slice(0, 200).map(({ what, because }) => (
          <li key={what}>
            {excerpt(what, 300)}: <span className="soft">{excerpt(because, 400)}</span>
          </li>
        ))}
      </ul>
      <div className="screen-only">
        <Coverage report={report} />
        <Disclosure summary={`All ${counted(report.checks.length, 'check')}: ${outcomes(report.checks)}`}>
          <Checks report={report} checks={checks} />
        </Disclosure>
        <Hints report={report} />
      </div>
      <div className="screen-only">
        <h3>What it stands on</h3>
        <Ground report={report} />
      </div>
    </Section>
  );
}

function outcomes(checks: readonly CheckOutcome[]): string {
  const counts = Map.groupBy(checks, ({ outcome }) => outcome);
  return [...counts]
    .toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b))
    .map(([outcome, all]) => `${all.length} ${words[outcome].word}`)
    .join(', ');
}

function Checks({ report, checks }: EvidenceProps) {
  const sorted = report.checks.toSorted((a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome));
  return (
    <Table
      label="Checks"
      columns={[
        { key: 'check', title: 'Check' },
        { key: 'outcome', title: 'Outcome' },
        { key: 'reason', title: 'Reason' },
      ]}
    >
      <tbody>
        {sorted.map(({ id, outcome, reason }) => (
          <tr key={id}>
            <th scope="row">
              <code>{id}</code>
              <div className="soft">{checks.get(id)?.title}</div>
            </th>
            <td>
              <Badge tone={words[outcome].tone}>{words[outcome].word}</Badge>
            </td>
            <td>{excerpt(reason ?? '', 400)}</td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function Ground({ report }: { readonly report: Report }) {
  const { snapshot, host, digests } = report;
  return (
    <dl className="facts">
      <dt>Rehearsal</dt>
      <dd>
        <code>{report.rehearsalId}</code>, seed {report.seed}, <Moment iso={report.startedAt} />, took{' '}
        {formatMs(report.durationMs)}
      </dd>
      <dt>Snapshot</dt>
      <dd>
        {excerpt(`${snapshot.name}@${snapshot.version}`, 200)}, {formatBytes(snapshot.bytes)},{' '}
        {snapshot.dataAsOf === null ? 'made from SQL' : <>data as of {<Moment iso={snapshot.dataAsOf} />}</>},{' '}
        {snapshot.cloneMethod === 'copy' ? 'full copies' : 'reflink clones'}
      </dd>
      <dt>Host</dt>
      <dd>
        {host.kind}, PostgreSQL {host.postgres}, memory limits by {host.memoryLimit}, {host.cpus} cores,{' '}
        {formatBytes(host.memoryBytes)}
      </dd>
      {(
        [
          ['Bundle', digests.bundle],
          ['Data', digests.snapshot],
          ['Rules', digests.rules],
          ['Previous', digests.previousApp],
          ['Next', digests.nextApp],
        ] as const
      ).map(([name, digest]) => (
        <div className="pair" key={name}>
          <dt>{name}</dt>
          <dd>
            <code>{digest ?? 'none'}</code>
          </dd>
        </div>
      ))}
      {(report.images ?? []).map(({ app, name, id }) => (
        <div className="pair" key={`image of ${app}`}>
          <dt>Image of {app}</dt>
          <dd>
            {name} <code>{id}</code>
          </dd>
        </div>
      ))}
    </dl>
  );
}
