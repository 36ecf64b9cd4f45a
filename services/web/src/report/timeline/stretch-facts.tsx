import { memo } from 'react';
import { counted, formatBytes, formatMs } from '../../../../../shared/report/words.ts';
import { Disclosure } from '../../kit/disclosure.tsx';
import { Table } from '../../kit/table.tsx';
import type { RunReading } from './read-run.ts';
import { readStretch, type Stretch, type StretchTraffic, slices } from './stretch.ts';
import { type Span, sinceMigration } from './time-scale.ts';

const partsOfTable = 12;

interface StretchProps {
  readonly reading: RunReading;
  readonly span: Span;
}

/** What the charts show of the stretch that is looked at, in words and as a table. Stepping within it changes neither. */
export const StretchFacts = memo(({ reading, span }: StretchProps) => {
  const all = readStretch(reading, span);
  return (
    <>
      <p className="soft" aria-live="polite">
        From {sinceMigration(span.fromMs, reading.originMs)} to {sinceMigration(span.toMs, reading.originMs)}:{' '}
        {stretchWords(all)}.
      </p>
      <div className="screen-only">
        <Disclosure summary="The charts as a table">
          <StretchTable reading={reading} span={span} all={all} />
        </Disclosure>
      </div>
    </>
  );
});

function stretchWords(stretch: Stretch): string {
  const { statements, waited, waitedMsMax, traffic, lag, memoryBytes, queued = 0, walBytes } = stretch;
  const longest = waited === 1 ? formatMs(waitedMsMax) : `at most ${formatMs(waitedMsMax)}`;
  const waits = waited === 0 ? 'none of them waits' : `${waited} of them ${waited === 1 ? 'waits' : 'wait'} ${longest}`;
  return [
    statements === 0 ? 'no statement' : `${counted(statements, 'statement')}, ${waits}`,
    ...(queued === 0 ? [] : [`up to ${queued} wait in one queue`]),
    ...(traffic === undefined ? [] : [trafficWords(traffic)]),
    ...(walBytes === 0 ? [] : [`${formatBytes(walBytes)} of WAL`]),
    ...(lag === undefined ? [] : [`the standby is at most ${formatMs(lag.ms)} behind`]),
    ...(memoryBytes === undefined ? [] : [`memory is at most ${formatBytes(memoryBytes)}`]),
  ].join('; ');
}

function trafficWords(traffic: StretchTraffic): string {
  if (traffic.transactions === 0) return 'no transaction of the traffic is due';
  const are = traffic.transactions === 1 ? 'is' : 'are';
  return `${counted(traffic.transactions, 'transaction')} ${are} due, the slowest takes ${slowestWords(traffic)}, ${failureWords(traffic)}`;
}

function slowestWords({ slowestUpToMs, transactions }: StretchTraffic): string {
  if (transactions === 0) return '–';
  return Number.isFinite(slowestUpToMs) ? `≤ ${formatMs(slowestUpToMs)}` : '> 10 s';
}

const failureWords = ({ failures }: StretchTraffic): string =>
  failures.length === 0 ? 'none fails' : failures.map(({ sqlstate, count }) => `${count} × ${sqlstate}`).join(', ');

function StretchTable({ reading, span, all }: StretchProps & { readonly all: Stretch }) {
  return (
    <Table
      label="The charts, step by step"
      columns={[
        { key: 'from', title: 'From', number: true },
        { key: 'statements', title: 'Statements', number: true },
        { key: 'waits', title: 'Longest wait', number: true },
        ...(all.queued === undefined ? [] : [{ key: 'queued', title: 'Longest queue', number: true }]),
        { key: 'wal', title: 'WAL', number: true },
        ...(all.traffic === undefined
          ? []
          : [
              { key: 'due', title: 'Transactions due', number: true },
              { key: 'slowest', title: 'Slowest of them', number: true },
              { key: 'fail', title: 'Fail' },
            ]),
        ...(all.lag === undefined ? [] : [{ key: 'lag', title: 'Standby behind', number: true }]),
        ...(all.memoryBytes === undefined ? [] : [{ key: 'memory', title: 'Memory', number: true }]),
      ]}
    >
      <tbody>
        {slices(reading, span, partsOfTable).map((part) => (
          <tr key={part.fromMs}>
            <th scope="row" className="number">
              {sinceMigration(part.fromMs, reading.originMs)}
            </th>
            <td className="number">{part.statements}</td>
            <td className="number">{part.waited === 0 ? '–' : formatMs(part.waitedMsMax)}</td>
            {all.queued !== undefined && <td className="number">{part.queued ?? 0}</td>}
            <td className="number">{part.walBytes === 0 ? '–' : formatBytes(part.walBytes)}</td>
            {all.traffic !== undefined && part.traffic !== undefined && (
              <>
                <td className="number">{part.traffic.transactions}</td>
                <td className="number">{slowestWords(part.traffic)}</td>
                <td>{part.traffic.failures.length === 0 ? '–' : failureWords(part.traffic)}</td>
              </>
            )}
            {all.lag !== undefined && (
              <td className="number">
                {part.lag === undefined ? '–' : `${formatMs(part.lag.ms)}, ${formatBytes(part.lag.bytes)}`}
              </td>
            )}
            {all.memoryBytes !== undefined && (
              <td className="number">{part.memoryBytes === undefined ? '–' : formatBytes(part.memoryBytes)}</td>
            )}
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
