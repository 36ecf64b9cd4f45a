import { expect, test } from 'vitest';
import { namesAsWritten } from '../../../shared/judge/derive/names-table.ts';
import { partyWords, writersOf } from '../../../shared/judge/derive/who-holds.ts';
import { judge } from '../../../shared/judge/judge.ts';
import lost from '../../checks/lost-to-lock-timeout/safe.ts';
import { compatibilityId, evidence } from '../../support/evidence.ts';
import { controlOf } from '../../support/run-results.ts';

test.each([
  ['UPDATE alerts SET state = $1', true],
  ['update only public . "alerts" set state = $1', true],
  ['WITH gone AS (DELETE FROM alerts RETURNING *) INSERT INTO archive SELECT * FROM gone', true],
  ['INSERT INTO archive SELECT * FROM alerts', false],
  ['INSERT INTO alerts_log VALUES ($1)', false],
  ['INSERT INTO other.alerts VALUES ($1)', false],
])('%s: whether it writes the table', (sql, expected) => {
  expect(namesAsWritten(sql, 'public.alerts')).toBe(expected);
});

test('whoever holds a lock is told in the reader’s words', () => {
  const actor = (name: string) => partyWords({ role: 'actor', applicationName: `rehearsal/actor${name}`, pid: 1 });
  expect([actor(''), actor(' vacuum'), actor(' pg-dump')]).toEqual([
    'another open transaction',
    'a VACUUM that does not yield',
    'a dump of the database',
  ]);
  expect(partyWords({ role: 'next', applicationName: 'billing worker', pid: 1 })).toBe('billing worker');
});

test('a lost lock names the versions that were seen writing to the table, for pausing them helps', () => {
  const writes = ['UPDATE alerts SET state = $1'];
  const seen = evidence({
    evidence: {
      runs: lost.runs.map((run) =>
        run.spec.id === compatibilityId('previous', 'fresh', 'before')
          ? { ...run, cells: run.cells.map((cell) => ({ ...cell, writes })) }
          : run,
      ),
    },
  });
  const found = judge(seen).findings.find(({ check }) => check === 'lost-to-lock-timeout');
  expect(found?.summary).toContain('Previous was seen writing to public.alerts');
  expect(found?.summary).toContain('12 transactions of the traffic stood behind it for 4 s');
});

test('background processes that write the table are named too', () => {
  const process = (worker: string | undefined, sql: string) => ({
    ...(worker === undefined ? {} : { worker }),
    ...{ statements: 1, sqlErrors: [], logTail: [], shapes: [{ sql, count: 1, p95Ms: 1, maxMs: 1 }] },
  });
  const processes = [
    process(undefined, 'SELECT 1'),
    process('feed job', 'UPDATE alerts SET state = $1'),
    process('mailer', 'DELETE FROM mails'),
  ];
  const steady = { app: 'previous', probes: [], processes, connectionsMax: 1, connectionsAllowed: 9 } as const;
  expect(writersOf('public.alerts', [controlOf({ steady })])).toEqual([
    'the background process “feed job” of previous',
  ]);
});
