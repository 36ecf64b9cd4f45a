import { blocksReaders, blocksWriters } from '../../../../../shared/domain/lock.ts';
import { lockWords } from '../../../../../shared/report/phrases.ts';
import { excerpt, formatBytes, formatMs } from '../../../../../shared/report/words.ts';
import { Code } from '../../kit/code.tsx';
import { QuietTwin } from './quiet-twin.tsx';
import { quietTwin, type RunReading, type StatementBar } from './read-run.ts';

interface StatementDetailProps {
  readonly bar: StatementBar;
  readonly reading: RunReading;
  /** The quiet run, where this is another one. */
  readonly quiet: RunReading | undefined;
}

/** One statement in plain words: what it is, how long it takes by itself, and whom it stops. */
export function StatementDetail({ bar, reading, quiet }: StatementDetailProps) {
  const { statement, attempt } = bar;
  const { file, line, transaction, sqlstate, message, rewrote } = statement;
  const twin = quiet === undefined ? undefined : quietTwin(bar, quiet);
  const place = file === undefined ? undefined : `${file}${line === undefined ? '' : `:${line}`}`;
  return (
    <div className="detail">
      <h3>
        Statement {statement.ordinal} of {attempt.phase}
        {place !== undefined && <span className="soft"> {excerpt(place, 300)}</span>}
      </h3>
      <Code text={statement.sql.trim()} label={`SQL of statement ${statement.ordinal}`} charactersMax={2000} />
      <dl className="facts">
        <dt>When</dt>
        <dd>
          {formatMs(Math.max(0, bar.fromMs - reading.originMs))} after the migration began,{' '}
          {transaction === null ? 'committing by itself' : `in transaction ${transaction}`}
        </dd>
        <dt>Took</dt>
        <dd>
          {formatMs(statement.durationMs)}, without what our own watching added
          {statement.waitedMs > 0 && `; it waited ${formatMs(statement.waitedMs)} of that for a lock`}
        </dd>
        <dt>Blocks</dt>
        <dd>
          <LockWords bar={bar} />
        </dd>
        {sqlstate !== undefined && (
          <>
            <dt>Refused</dt>
            <dd className="ink-fail">
              {sqlstate} {excerpt(message ?? '', 600)}
            </dd>
          </>
        )}
        <dt>Changes</dt>
        <dd>
          {statement.rows} rows, {formatBytes(statement.walBytes)} of WAL
          {rewrote.length > 0 && `; writes all of ${excerpt(rewrote.join(', '), 300)} anew`}
        </dd>
      </dl>
      {twin !== undefined && <QuietTwin here={statement} quiet={twin} />}
    </div>
  );
}

/** Never a lock without what it blocks, on which table. */
function LockWords({ bar }: { readonly bar: StatementBar }) {
  const isRefused = bar.statement.sqlstate !== undefined && bar.statement.waitedMs > 0;
  const strong = bar.statement.locks.filter(({ mode }) => blocksWriters(mode) || blocksReaders(mode));
  if (strong.length === 0) {
    return bar.statement.sqlstate === undefined ? 'nothing: reads and writes pass' : 'it never got what it asked for';
  }
  return (
    <ul className="plain">
      {strong.slice(0, 12).map(({ mode, relation, heldMs }) => (
        <li key={`${mode} ${relation}`}>
          {isRefused && 'asks in vain for a lock that '}
          {lockWords(mode, excerpt(relation, 200))}
          {!isRefused && ` for ${formatMs(heldMs)}`} <span className="soft">{mode}</span>
        </li>
      ))}
      {strong.length > 12 && <li className="soft">and {strong.length - 12} more</li>}
    </ul>
  );
}
