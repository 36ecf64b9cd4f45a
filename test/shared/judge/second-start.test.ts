import { describe, expect, test } from 'vitest';
import { parseRunId } from '../../../shared/domain/ids.ts';
import type { CellObservation, RunResult } from '../../../shared/domain/observation.ts';
import { observed } from '../../../shared/domain/observed.ts';
import { judge } from '../../../shared/judge/judge.ts';
import {
  aftermath,
  alterAlerts,
  attempt,
  cell,
  evidence,
  firstFile,
  objects,
  points,
  run,
  secondFile,
  specBase,
  state,
  states,
} from '../../support/evidence.ts';

const spec = {
  ...specBase,
  id: parseRunId('contention-second-start-pre-deploy'),
  scenario: 'contention',
  holder: 'second-start',
  phase: 'pre-deploy',
  ordinal: 3,
} as const;

const refused = {
  ...alterAlerts,
  statusAfter: 'E',
  sqlstate: '42701',
  message: 'column "seen_at" already exists',
} as const;
const failing = attempt({ attempt: 2, exitCode: 1, statements: [...firstFile.slice(0, 2), refused] });
const judged = (more: Partial<RunResult>) => judge(evidence({ more: [run(spec, more)] }));
const findingsOf = (more: Partial<RunResult>) =>
  judged(more).findings.map(({ check, severity, relation }) => [check, severity, relation]);

const withRows = (rows: number) =>
  observed({ ...states.after, rowCounts: [{ relation: 'public.alerts', rows }, ...otherCounts] });
const [counted, ...otherCounts] = states.after.rowCounts;
const once = counted ?? { relation: 'public.alerts', rows: 0 };

describe('of two starts at once', () => {
  test('one that fails loudly beside one that does it all is nothing', () => {
    expect(judged({ otherStart: failing })).toMatchObject({ verdict: 'pass', harm: 'none', findings: [] });
  });

  test('a deadlock between them is only a warning where one did it all, and blocks where neither did', () => {
    const dead = { ...refused, sqlstate: '40P01', message: 'deadlock detected' } as const;
    const lost = attempt({ attempt: 2, exitCode: 1, statements: [...firstFile.slice(0, 2), dead] });
    expect(findingsOf({ otherStart: lost })).toEqual([['deadlock', 'warns', undefined]]);
    const neither = findingsOf({
      outcome: 'failed',
      attempts: [failing],
      otherStart: lost,
      end: observed(states.before),
      aftermath: aftermath([...firstFile, ...secondFile]),
    });
    expect(neither).toEqual([['deadlock', 'blocks', undefined]]);
  });

  test('both that did the work leave other rows than one: that blocks', () => {
    const found = judged({ otherStart: attempt({ attempt: 2 }), end: withRows(once.rows + 20) });
    expect(found).toMatchObject({ verdict: 'fail', harm: 'harmed' });
    expect(found.findings).toMatchObject([
      { check: 'unrepeatable-migration', severity: 'blocks', relation: once.relation, scenario: 'contention' },
    ]);
    expect(found.findings[0]?.title).toContain(`${once.rows + 20} rows`);
  });

  test('both that wrote with the same statement and committed are a warning: only values can tell', () => {
    const wrote = (statements: typeof firstFile) =>
      statements.map((statement) => (statement.ordinal === 3 ? { ...statement, rows: 7 } : statement));
    const twice = { attempts: [attempt({ statements: wrote(firstFile) })], end: observed(states.after) };
    const other = attempt({ attempt: 2, statements: wrote(firstFile) });
    expect(findingsOf({ ...twice, otherStart: other })).toEqual([['unrepeatable-migration', 'warns', 'public.alerts']]);
    expect(findingsOf({ ...twice, otherStart: attempt({ attempt: 2, statements: firstFile }) })).toEqual([]);
  });

  describe('the state that they leave', () => {
    const unrecorded = state([...objects.base, objects.seenAt, ...objects.notes], ['0022', '0023']);
    const other = { otherStart: attempt({ attempt: 2 }), end: observed(unrecorded) };
    const here = (app: 'previous' | 'next', more: Partial<CellObservation> = {}) =>
      cell(app, 'fresh', points.after, { inRun: spec.id, ...more });
    const dead = { started: observed(false), probes: [] };

    test('must be one on which the versions live, where the command exited 0', () => {
      const left = aftermath([], { nextStarts: observed(false), cells: [here('previous'), here('next', dead)] });
      expect(judged({ ...other, aftermath: aftermath([], { cells: [here('previous'), here('next')] }) })).toMatchObject(
        {
          verdict: 'pass',
        },
      );
      const { verdict, findings } = judged({ ...other, aftermath: left });
      expect(verdict).toBe('fail');
      expect(findings).toMatchObject([
        { check: 'broken-next-version', severity: 'blocks', state: `after pre-deploy in ${spec.id}` },
        { check: 'dishonest-ledger', severity: 'warns' },
      ]);
    });
    test('proves nothing where a version was not asked there', () => {
      const { verdict, cells } = judged({ ...other, aftermath: aftermath([], { cells: [here('previous')] }) });
      expect(verdict).toBe('inconclusive');
      expect(cells).toContainEqual(expect.objectContaining({ app: 'next', gates: true, outcome: 'not-run' }));
    });
    test('must be one on which a version starts, where the command failed', () => {
      const neither = aftermath([...firstFile, ...secondFile], {
        previousStarts: observed(false),
        nextStarts: observed(false),
      });
      const failed = {
        outcome: 'failed',
        attempts: [failing],
        otherStart: failing,
        end: observed(states.before),
      } as const;
      expect(findingsOf({ ...failed, aftermath: neither })).toEqual([['half-done-after-crash', 'blocks', undefined]]);
    });
  });

  test('one that was never made clears nothing', () => {
    const { verdict, checks } = judged({});
    expect(verdict).toBe('inconclusive');
    expect(checks.find(({ id }) => id === 'unrepeatable-migration')).toMatchObject({ outcome: 'undetermined' });
    expect(checks.find(({ id }) => id === 'lock-queue-pileup')?.outcome).toBe('clear');
  });
});
