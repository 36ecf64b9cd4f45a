import { memo } from 'react';
import { depthWords } from '../../../../../shared/domain/load.ts';
import type { ReportAttempt, ReportRun } from '../../../../../shared/domain/report.ts';
import { queueWords, standbyWords } from '../../../../../shared/report/phrases.ts';
import { counted, excerpt, formatBytes, formatMs } from '../../../../../shared/report/words.ts';

/** What the axis cannot show: figures over the whole run. No step through its statements changes them. */
export const RunFacts = memo(({ run }: { readonly run: ReportRun }) => {
  const { load, standby, queues } = run;
  return (
    <dl className="facts" id="traffic">
      {load !== undefined && (
        <>
          <dt>Latency</dt>
          <dd>
            p50 {formatMs(load.latencyMs.p50)}, p99 {formatMs(load.latencyMs.p99)}, at most{' '}
            {formatMs(load.latencyMs.max)} (before the migration: p50 {formatMs(load.baselineLatencyMs.p50)}, p99{' '}
            {formatMs(load.baselineLatencyMs.p99)})
          </dd>
          <dt>Waits</dt>
          <dd>
            {load.blockedTransactions} of {load.transactions} transactions wait behind the migration, at most{' '}
            {formatMs(load.blockedMsMax)}, {depthWords(load)}
          </dd>
          <dt>Errors</dt>
          <dd>
            {load.failed === 0 ? 'none' : failures(load.failedBySqlstate)}
            {load.failed > 0 && ` of ${load.transactions} transactions`}
          </dd>
        </>
      )}
      {queues !== undefined && (
        <>
          <dt>Queues</dt>
          <dd>
            <ul className="plain">
              {queues.map((queue) => (
                <li key={queueWords(queue)}>
                  {excerpt(queueWords(queue), 300)}: {counted(queue.waits, 'wait')} of at most{' '}
                  {formatMs(queue.longestMs)}
                </li>
              ))}
            </ul>
          </dd>
        </>
      )}
      {standby !== undefined && (
        <>
          <dt>Standby</dt>
          <dd>{standbyWords(standby)}</dd>
        </>
      )}
      {run.migration.map((attempt) => (
        <Attempt key={`${attempt.phase} ${attempt.attempt}`} attempt={attempt} />
      ))}
      {run.why !== undefined && (
        <>
          <dt>Why</dt>
          <dd>{excerpt(run.why, 600)}</dd>
        </>
      )}
    </dl>
  );
});

const failures = (bySqlstate: Readonly<Record<string, number>>): string =>
  Object.entries(bySqlstate)
    .map(([sqlstate, count]) => `${count} × ${sqlstate}`)
    .join(', ');

function Attempt({ attempt }: { readonly attempt: ReportAttempt }) {
  const { phase, exitCode, signal, memoryPeakBytes, memoryLimitBytes } = attempt;
  const end = exitCode === null ? `ended by ${signal ?? 'something unknown'}` : `exit code ${exitCode}`;
  return (
    <>
      <dt>
        {excerpt(phase, 100)}
        {attempt.attempt > 1 && `, start ${attempt.attempt}`}
      </dt>
      <dd>
        {end}
        {attempt.oomKilled && ', killed for memory'}
        {attempt.timedOut && ', ended at its timeout'} after {formatMs(attempt.durationMs)}
        {memoryPeakBytes !== undefined && (
          <>
            ; memory at most {formatBytes(memoryPeakBytes)}
            {memoryLimitBytes !== undefined && (
              <>
                {' '}
                of {formatBytes(memoryLimitBytes)}{' '}
                <meter
                  aria-label="memory against its limit"
                  min={0}
                  max={memoryLimitBytes}
                  high={memoryLimitBytes * 0.85}
                  value={memoryPeakBytes}
                />
              </>
            )}
          </>
        )}
      </dd>
    </>
  );
}
