import { describe, expect, test } from 'vitest';
import { parseRunId } from '../../../shared/domain/ids.ts';
import type { RunResult } from '../../../shared/domain/observation.ts';
import { observed } from '../../../shared/domain/observed.ts';
import { judge } from '../../../shared/judge/judge.ts';
import {
  aftermath,
  alterAlerts,
  attempt,
  evidence,
  firstFile,
  run,
  secondFile,
  specBase,
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

  test('one that was never made clears nothing', () => {
    const { verdict, checks } = judged({});
    expect(verdict).toBe('inconclusive');
    expect(checks.find(({ id }) => id === 'unrepeatable-migration')).toMatchObject({ outcome: 'undetermined' });
    expect(checks.find(({ id }) => id === 'lock-queue-pileup')?.outcome).toBe('clear');
  });
});
