import { describe, expect, test } from 'vitest';
import type { RunResult } from '../../../shared/domain/observation.ts';
import { observed } from '../../../shared/domain/observed.ts';
import type { StatementObservation } from '../../../shared/domain/statement.ts';
import { judge } from '../../../shared/judge/judge.ts';
import {
  alterAlerts,
  attempt,
  controlRun,
  type EvidenceChanges,
  evidence,
  firstFile,
  load,
  objects,
  points,
  secondFile,
  state,
  statement,
  states,
  table,
} from '../../support/evidence.ts';

const megabytes = 1024 ** 2;
const told = (check: string, changes: EvidenceChanges) => {
  const { findings, checks } = judge(evidence(changes));
  const outcome = checks.find(({ id }) => id === check)?.outcome;
  return [outcome, ...findings.filter((finding) => finding.check === check).map(({ severity }) => severity)];
};
const withStatements = (statements: readonly StatementObservation[]) => (run: RunResult) => ({
  ...run,
  attempts: [attempt({ statements })],
});
const altering = (more: Partial<StatementObservation>) =>
  [...firstFile, ...secondFile].map((each) => (each === alterAlerts ? { ...alterAlerts, ...more } : each));

describe('a rewritten table', () => {
  const rewrite = (heldMs: number, bytes: number | undefined): EvidenceChanges => ({
    runs: {
      control: withStatements(
        altering({
          rewrote: ['public.alerts'],
          ...(bytes === undefined ? {} : { rewroteBytes: { 'public.alerts': bytes } }),
          locks: [{ relation: 'public.alerts', mode: 'AccessExclusiveLock', heldMs, source: 'held' }],
        }),
      ),
    },
  });
  const { snapshot } = evidence();

  test('blocks above the budget, and only warns below it or where the table is too small to be the reason', () => {
    expect(told('table-rewrite', rewrite(1_100, megabytes))).toEqual(['found', 'blocks']);
    expect(told('table-rewrite', rewrite(900, 50 * megabytes))).toEqual(['found', 'warns']);
    expect(told('table-rewrite', rewrite(9_000, megabytes / 2))).toEqual(['found', 'warns']);
  });
  test('never blocks for what a busy machine explains, however small the budget', () => {
    const budgets = { ...evidence().bundle.manifest.budgets, blockedMs: 20 };
    expect(told('table-rewrite', { ...rewrite(240, 9 * megabytes), manifest: { budgets } })).toEqual([
      'found',
      'warns',
    ]);
    expect(told('table-rewrite', { ...rewrite(260, 9 * megabytes), manifest: { budgets } })).toEqual([
      'found',
      'blocks',
    ]);
  });
  test('grows with production where the snapshot says how large that is', () => {
    const larger = { snapshot: { ...snapshot, productionBytes: snapshot.bytes * 10 } };
    expect(told('table-rewrite', { ...rewrite(150, megabytes / 2), evidence: larger })).toEqual(['found', 'blocks']);
  });
  test('is not cleared and does not pass where its size was not seen', () => {
    expect(told('table-rewrite', rewrite(1_100, undefined))).toEqual(['undetermined', 'warns']);
    expect(judge(evidence(rewrite(1_100, undefined))).verdict).toBe('inconclusive');
    expect(told('table-rewrite', rewrite(100, undefined))).toEqual(['found', 'warns']);
  });
  test('is nobody’s where it was emptied, or where the phase made it', () => {
    expect(told('table-rewrite', rewrite(1_100, 8192))).toEqual(['clear']);
    const own = altering({ rewrote: ['public.notes'], rewroteBytes: { 'public.notes': 9 * megabytes } });
    expect(told('table-rewrite', { runs: { control: withStatements(own) } })).toEqual(['clear']);
  });
  test('is no question where nothing else is running', () => {
    expect(told('table-rewrite', { ...rewrite(1_100, megabytes), manifest: { overlap: 'stop-the-world' } })).toEqual([
      'not-applicable',
    ]);
  });
});

describe('an index', () => {
  const build = statement(10, 'CREATE INDEX alerts_state ON alerts (state)', {
    durationMs: 2_000,
    committed: 3,
    built: [{ kind: 'index', name: 'public.alerts_state', relation: 'public.alerts', relationBytes: 9 * megabytes }],
  });
  const control = withStatements([...firstFile, ...secondFile, build]);

  test('whose locks nobody saw is not taken for one that was built concurrently', () => {
    expect(told('blocking-index-build', { runs: { control, 'control-traced': null } })).toEqual(['undetermined']);
  });
  test('on a table without rows is nothing to tell', () => {
    const empty = { ...build, built: build.built?.map((one) => ({ ...one, relationBytes: 0 })) ?? [] };
    const lock = { relation: 'public.alerts', mode: 'ShareLock', heldMs: 5, source: 'traced' } as const;
    const traced = withStatements([...firstFile, ...secondFile, { ...empty, locks: [lock] }]);
    const runs = { control: withStatements([...firstFile, ...secondFile, empty]), 'control-traced': traced };
    expect(told('blocking-index-build', { runs })).toEqual(['clear']);
  });
});

describe('rows', () => {
  const counts = (rows: Readonly<Record<string, number>>) => ({ rows });
  const phase = evidence().bundle.manifest.phases.map((each) => ({ ...each }));
  const lost = (
    before: RunResult['before'],
    end: RunResult['end'],
    more: EvidenceChanges & { readonly statements?: readonly StatementObservation[] } = {},
  ) =>
    told('lost-rows', {
      ...more,
      runs: {
        control: () =>
          controlRun('declared', {
            before,
            end,
            states: [
              { point: points.inside, state: observed(states.inside) },
              { point: points.after, state: end },
            ],
            attempts: [attempt(more.statements === undefined ? {} : { statements: more.statements })],
          }),
      },
    });
  const memos = table('public.memos');
  const before = observed(state([...objects.base, memos], ['0022'], counts({ 'public.memos': 40 })));
  const ending = (rows: number) =>
    observed(
      state([...objects.base, memos, objects.seenAt, ...objects.notes], ['0024'], counts({ 'public.memos': rows })),
    );
  const saying = (sql: string) => [...firstFile, statement(6, sql, { committed: 2 })];

  test('that a statement names only warn, those that go by themselves block', () => {
    expect(lost(before, ending(40))).toEqual(['clear']);
    expect(lost(before, ending(30))).toEqual(['found', 'blocks']);
    expect(lost(before, ending(30), { statements: saying('DELETE FROM memos WHERE id < $1') })).toEqual([
      'found',
      'warns',
    ]);
    expect(lost(before, ending(30), { statements: saying('DELETE FROM memos_old USING memos') })).toEqual([
      'found',
      'blocks',
    ]);
    expect(
      lost(before, ending(0), { statements: saying('TRUNCATE TABLE alerts_old, "public"."memos" CASCADE') }),
    ).toEqual(['found', 'warns']);
    expect(lost(before, ending(0), { statements: saying('DROP TABLE archive.memos') })).toEqual(['found', 'blocks']);
  });
  test('that the phase declares are meant to go', () => {
    expect(
      lost(before, ending(30), { manifest: { phases: phase.map((p) => ({ ...p, deletes: ['public.memos'] })) } }),
    ).toEqual(['clear']);
  });
  test('that it declares without a schema are those of public, or of the only table that is called so', () => {
    const deletes = { manifest: { phases: phase.map((p) => ({ ...p, deletes: ['memos'] })) } };
    expect(lost(before, ending(30), deletes)).toEqual(['clear']);
    const archived = (rows: Readonly<Record<string, number>>, versions: readonly string[]) =>
      observed(state([...objects.base, objects.seenAt, ...objects.notes], versions, counts(rows)));
    const only = archived({ 'archive.memos': 30 }, ['0024']);
    expect(lost(archived({ 'archive.memos': 40 }, ['0022']), only, deletes)).toEqual(['clear']);
    const beside = archived({ 'archive.memos': 30, 'public.memos': 40 }, ['0024']);
    expect(lost(archived({ 'archive.memos': 40, 'public.memos': 40 }, ['0022']), beside, deletes)).toEqual([
      'found',
      'blocks',
    ]);
  });
  test('that nobody counted are not there either', () => {
    const counted = ending(40);
    const blind = counted.seen ? { ...counted.value, rowCounts: [], uncounted: ['public.memos'] } : states.after;
    const writing = statement(6, 'UPDATE memos SET x = $1', {
      transaction: 1,
      statusAfter: 'T',
      locks: [{ relation: 'public.memos', mode: 'RowExclusiveLock', heldMs: 1, source: 'held' }],
    });
    expect(lost(before, observed(blind), { statements: [...firstFile, writing] })).toEqual(['undetermined']);
  });
  test('may move between the partitions of one table', () => {
    const part = (name: string) => ({ ...table(name), attributes: { parents: 'public.log' } });
    const parts = [part('public.log_1'), part('public.log_2')];
    const at = (one: number, two: number) =>
      observed(
        state([...objects.base, ...parts, objects.seenAt, ...objects.notes], ['0024'], {
          rows: { 'public.log_1': one, 'public.log_2': two },
        }),
      );
    expect(lost(at(40, 0), at(10, 30))).toEqual(['clear']);
    expect(lost(at(40, 0), at(10, 20))).toEqual(['found', 'blocks']);
  });
});

test('a deadlock at the migration’s own cost is found on the wire and in the log', () => {
  const cancelled = { ...alterAlerts, sqlstate: '40P01', statusAfter: 'E' } as const;
  expect(told('deadlock', { runs: { 'under-load': withStatements([cancelled]) } })).toEqual(['found', 'blocks']);
  const serverLog = [
    { atMs: 1, severity: 'ERROR', sqlstate: '40P01', message: 'deadlock detected', applicationName: '', pid: 4711 },
  ];
  expect(told('deadlock', { runs: { 'under-load': (run) => ({ ...run, serverLog }) } })).toEqual(['found', 'blocks']);
  const lost = load({ failed: 1, failedBySqlstate: { '40P01': 1 } });
  expect(told('deadlock', { runs: { 'under-load': (run) => ({ ...run, load: lost }) } })).toEqual(['undetermined']);
});

test('a limit that only the server knows shows where the lock is held: then nobody waits for ever', () => {
  const endless = altering({ lockTimeout: { ms: 0, from: 'server' } });
  const control = withStatements(endless);
  expect(told('missing-lock-timeout', { runs: { control } })).toEqual(['found', 'warns']);
  const gaveUp = withStatements(altering({ lockTimeout: { ms: 0, from: 'server' }, sqlstate: '55P03' }));
  expect(told('missing-lock-timeout', { runs: { control, 'contention-pre-deploy-3-public.alerts': gaveUp } })).toEqual([
    'clear',
  ]);
  const limited = withStatements(altering({ lockTimeout: { ms: 0, from: 'server' }, statementTimeoutMs: 5_000 }));
  expect(told('missing-lock-timeout', { runs: { control: limited } })).toEqual(['clear']);
});

test('nobody but a refresh writes a materialized view: only who reads it can be kept out', () => {
  const totals = { ...table('public.totals'), kind: 'view', attributes: { kind: 'materialized' } } as const;
  const before = observed(state([...objects.base, totals], []));
  const refreshing = (mode: 'ExclusiveLock' | 'AccessExclusiveLock') => (run: RunResult) => ({
    ...withStatements([
      statement(1, 'REFRESH MATERIALIZED VIEW totals', {
        locks: [{ relation: 'public.totals', mode, heldMs: 4, source: 'held' }],
      }),
    ])(run),
    before,
  });
  const found = (mode: 'ExclusiveLock' | 'AccessExclusiveLock') =>
    judge(evidence({ runs: { control: refreshing(mode) } })).findings.filter(
      ({ check }) => check === 'missing-lock-timeout',
    );
  expect(found('AccessExclusiveLock')).toMatchObject([{ relation: 'public.totals' }]);
  expect(found('ExclusiveLock')).toEqual([]);
});
