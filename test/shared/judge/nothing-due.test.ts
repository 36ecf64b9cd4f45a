import { describe, expect, test } from 'vitest';
import type { Evidence } from '../../../shared/domain/observation.ts';
import { observed } from '../../../shared/domain/observed.ts';
import { rulesFrom } from '../../../shared/judge/default-rules.ts';
import { judge } from '../../../shared/judge/judge.ts';
import {
  alterAlerts,
  attempt,
  cell,
  compatibilityId,
  contentionId,
  evidence,
  firstFile,
  points,
} from '../../support/evidence.ts';

const outcomeOf = (given: Evidence, id: string) => judge(given).checks.find((check) => check.id === id)?.outcome;
const isContention = (id: string) => id.startsWith('contention');
const [, , , insertLedger, commit] = firstFile;

describe('nothing that was not due is missed', () => {
  const locksNothing = attempt({
    statements: [{ ...alterAlerts, sql: 'CREATE TABLE notes (id bigint)', locks: [] }, insertLedger, commit].filter(
      (s) => s !== undefined,
    ),
  });

  test('a migration that locks no existing table needs no contention and no load', () => {
    const given = evidence({
      unplanned: (id) => id === contentionId || id === 'under-load',
      runs: { control: (run) => ({ ...run, attempts: [locksNothing] }) },
    });
    expect(judge(given).verdict).toBe('pass');
    expect(outcomeOf(given, 'lost-to-lock-timeout')).toBe('clear');
  });

  test('a migration that commits a change has to be started twice at once', () => {
    const forgotten = evidence({ unplanned: (id) => id.startsWith('contention-second-start') });
    expect(judge(forgotten).verdict).toBe('inconclusive');
    expect(outcomeOf(forgotten, 'divergent-schema')).toBe('undetermined');
  });

  test('without applications the versions are not asked about', () => {
    const given = evidence({ manifest: { apps: 'none' }, unplanned: (id) => id.startsWith('compatibility') });
    expect(judge(given)).toMatchObject({ verdict: 'pass', cells: [] });
    expect(outcomeOf(given, 'broken-next-version')).toBe('not-applicable');
  });

  test('under stop-the-world there is no traffic to judge', () => {
    const given = evidence({
      manifest: { overlap: 'stop-the-world' },
      unplanned: (id) => isContention(id) || id === 'under-load',
    });
    expect(judge(given).verdict).toBe('pass');
    expect(outcomeOf(given, 'failed-transactions')).toBe('not-applicable');
  });

  test('a finding makes it fail, however much else is missing', () => {
    const given = evidence({
      runs: {
        'under-load': null,
        [compatibilityId('previous', 'fresh', 'after')]: (run) => ({
          ...run,
          cells: [cell('previous', 'fresh', points.after, { started: observed(false), probes: [] })],
        }),
      },
    });
    expect(judge(given).verdict).toBe('fail');
  });

  test('rules may make a check a warning', () => {
    const rules = rulesFrom({ ...evidence().rules, severities: { 'broken-previous-version': 'warns' } });
    const given = evidence({
      runs: {
        [compatibilityId('previous', 'running', 'inside')]: (run) => ({
          ...run,
          cells: [cell('previous', 'running', points.inside, { started: observed(false), probes: [] })],
        }),
      },
      evidence: { rules },
    });
    expect(judge(given).findings.map(({ severity }) => severity)).toEqual(['warns']);
    expect(judge(given).verdict).toBe('pass');
  });
});
