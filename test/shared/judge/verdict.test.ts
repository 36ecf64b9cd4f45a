import { describe, expect, test } from 'vitest';
import type { Evidence } from '../../../shared/domain/observation.ts';
import { observed } from '../../../shared/domain/observed.ts';
import { judge } from '../../../shared/judge/judge.ts';
import {
  alterAlerts,
  attempt,
  cell,
  compatibilityId,
  contentionId,
  type EvidenceChanges,
  evidence,
  firstFile,
  load,
  notSeen,
  points,
  statement,
} from '../../support/evidence.ts';

const outcomeOf = (given: Evidence, id: string) => judge(given).checks.find((check) => check.id === id)?.outcome;
const isContention = (id: string) => id.startsWith('contention');
const [, , , insertLedger, _commit] = firstFile;

describe('no evidence is never a pass', () => {
  const cases: readonly (readonly [string, EvidenceChanges, string])[] = [
    ['a planned run under load that did not take place', { runs: { 'under-load': null } }, 'lock-queue-pileup'],
    [
      'a contention that nobody planned although a table is locked',
      { unplanned: isContention },
      'lost-to-lock-timeout',
    ],
    [
      'interruptions that nobody planned',
      { unplanned: (id) => id.startsWith('interruption') },
      'unrepeatable-migration',
    ],
    ['a scenario left out by the caller', { unplanned: isContention, leftOut: ['contention'] }, 'swallowed-error'],
    ['a control run that is missing', { runs: { control: null } }, 'failed-migration'],
    [
      'a command that exits 0 and never asks its database anything',
      { runs: { control: (run) => ({ ...run, attempts: run.attempts.map((one) => ({ ...one, statements: [] })) }) } },
      'failed-migration',
    ],
    [
      'a phase whose command was never started with nobody else in the room',
      { runs: { control: (run) => ({ ...run, attempts: run.attempts.slice(0, -1) }) } },
      'failed-migration',
    ],
    [
      'a phase that the traffic never met',
      { runs: { 'under-load': (run) => ({ ...run, attempts: run.attempts.slice(0, -1) }) } },
      'lock-queue-pileup',
    ],
    [
      'a version that was asked on another state than the control run’s',
      {
        runs: {
          [compatibilityId('next', 'fresh', 'after')]: (run) => ({
            ...run,
            cells: run.cells.map((one) => ({ ...one, stateFingerprint: observed('another') })),
          }),
        },
      },
      'broken-next-version',
    ],
    [
      'a generator that is late by more than a quarter of the blocking budget',
      { runs: { 'under-load': (run) => ({ ...run, load: load({ lagMsP99: 300 }) }) } },
      'lock-queue-pileup',
    ],
    ['a run whose end nobody saw', { runs: { 'under-load': (run) => ({ ...run, end: notSeen }) } }, 'divergent-schema'],
    [
      'a lock that the statement never met',
      {
        runs: {
          [contentionId]: ({ fault, ...run }) =>
            fault === undefined ? run : { ...run, fault: { ...fault, met: false } },
        },
      },
      'lock-queue-pileup',
    ],
    [
      'an interruption after which nobody looked',
      { runs: { 'interruption-pre-deploy-1': ({ aftermath: _, ...run }) => run } },
      'half-done-after-crash',
    ],
    [
      'a gating state on which next was not asked',
      { runs: { [compatibilityId('next', 'fresh', 'after')]: null } },
      'broken-next-version',
    ],
    [
      'an application that answers without asking the database anything',
      {
        runs: {
          [compatibilityId('previous', 'fresh', 'after')]: (run) => ({
            ...run,
            cells: [cell('previous', 'fresh', points.after, { statements: 0 })],
          }),
        },
      },
      'broken-previous-version',
    ],
    [
      'a baseline that no probe survives',
      {
        runs: {
          [compatibilityId('previous', 'fresh', 'before')]: (run) => ({
            ...run,
            cells: [
              cell('previous', 'fresh', points.before, {
                probes: [{ name: 'acknowledge an alert', outcome: 'fail', detail: 'status 401' }],
              }),
            ],
          }),
        },
      },
      'broken-previous-version',
    ],
    [
      'a probe for next alone that fails where next should work first of all',
      {
        runs: {
          [compatibilityId('next', 'fresh', 'after')]: (run) => ({
            ...run,
            cells: [
              cell('next', 'fresh', points.after, {
                probes: [
                  { name: 'acknowledge an alert', outcome: 'pass', detail: '200' },
                  { name: 'when it was seen', outcome: 'fail', detail: 'status 404' },
                ],
              }),
            ],
          }),
        },
      },
      'broken-next-version',
    ],
    [
      'a snapshot that is older than the rules allow',
      { evidence: { snapshot: { ...evidence().snapshot, dataAsOf: '2025-11-01T00:00:00.000Z' } } },
      'failed-migration',
    ],
    [
      'a memory limit that this host cannot keep',
      {
        manifest: { phases: evidence().bundle.manifest.phases.map((phase) => ({ ...phase, memoryBytes: 1024 ** 2 })) },
        evidence: { host: { ...evidence().host, memoryLimit: 'none' } },
      },
      'memory-exhaustion',
    ],
  ];

  test.each(cases)('%s makes it inconclusive', (_, changes, check) => {
    expect(judge(evidence(changes)).verdict).toBe('inconclusive');
    expect(outcomeOf(evidence(changes), check)).toBe('undetermined');
  });

  test('a gating state that the run sheet forgot is a cell without evidence', () => {
    const judgement = judge(evidence({ unplanned: (id) => id === compatibilityId('next', 'fresh', 'after') }));
    expect(judgement.verdict).toBe('inconclusive');
    expect(judgement.cells).toContainEqual(
      expect.objectContaining({ app: 'next', state: 'after pre-deploy', gates: true, outcome: 'not-run' }),
    );
  });

  test('a gating state that the quiet run could not read is a cell without evidence', () => {
    const judgement = judge(
      evidence({
        unplanned: (id) => id.startsWith('compatibility') && id.endsWith('after-pre-deploy-1'),
        runs: {
          control: (run) => ({
            ...run,
            states: run.states.map((each) => (each.point.kind === 'inside' ? { ...each, state: notSeen } : each)),
          }),
        },
      }),
    );
    expect(judgement.verdict).toBe('inconclusive');
    expect(judgement.cells).toContainEqual(
      expect.objectContaining({ app: 'previous', state: 'after pre-deploy #1', gates: true, outcome: 'not-run' }),
    );
  });

  test('a mere warning of a blocking check does not hide that a run is missing', () => {
    const asked = statement(10, 'SELECT version FROM tool_books', {
      sqlstate: '42P01',
      message: 'relation "tool_books" does not exist',
    });
    const given = evidence({
      runs: {
        control: (run) => ({ ...run, attempts: [attempt({ statements: [...firstFile, asked] })] }),
        'under-load': null,
      },
    });
    expect(judge(given).findings.map(({ check, severity }) => [check, severity])).toContainEqual([
      'swallowed-error',
      'warns',
    ]);
    expect(outcomeOf(given, 'swallowed-error')).toBe('undetermined');
  });

  describe('a statement that commits by itself', () => {
    const alone = [alterAlerts, insertLedger].flatMap((each, at) =>
      each === undefined
        ? []
        : [{ ...each, transaction: null, statusAfter: 'I' as const, locks: [], committed: at + 1 }],
    );
    const asTraced = (statements: Evidence['runs'][number]['attempts'][number]['statements']) =>
      evidence({
        unplanned: (id) => id === contentionId || id === 'under-load',
        runs: {
          control: (run) => ({ ...run, attempts: [attempt({ statements: alone })] }),
          'control-traced': (run) => ({ ...run, outcome: 'failed', attempts: [attempt({ exitCode: 1, statements })] }),
        },
      });

    test('and that the traced run did not come to may have locked anything', () => {
      const given = asTraced([statement(1, 'SELECT $1')]);
      expect(judge(given).verdict).toBe('inconclusive');
      expect(outcomeOf(given, 'lock-queue-pileup')).toBe('undetermined');
      expect(outcomeOf(given, 'lost-to-lock-timeout')).toBe('undetermined');
    });
    test('locks nothing where the traced run came to it, though at another place, and saw no lock', () => {
      expect(judge(asTraced(alone.map((each) => ({ ...each, ordinal: each.ordinal + 1 })))).verdict).toBe('pass');
    });
  });

  test('a full copy of a large snapshot is too weak for the traffic, and of a small one it is not', () => {
    const copied = (bytes: number) =>
      evidence({
        runs: { 'under-load': (run) => ({ ...run, cloneMethod: 'copy' }) },
        evidence: { snapshot: { ...evidence().snapshot, bytes } },
      });
    expect(judge(copied(11 * 1024 ** 3)).verdict).toBe('inconclusive');
    expect(judge(copied(1024 ** 3)).verdict).toBe('pass');
  });
});
