import { describe, expect, test } from 'vitest';
import type { Manifest } from '../../../shared/domain/bundle.ts';
import { observed } from '../../../shared/domain/observed.ts';
import { planRuns } from '../../../shared/plan/plan-runs.ts';
import { attemptOf, controlOf, lockOf, manifestOf, planOf, statementOf, stateOf } from '../../support/run-results.ts';

const before = stateOf(['public.alerts', 'public.notes']);
const statements = [
  statementOf(1, { locks: [lockOf('public.notes', 'ShareRowExclusiveLock')] }),
  statementOf(2, { locks: [lockOf('public.alerts', 'AccessExclusiveLock')] }),
  statementOf(3, { locks: [lockOf('public.alerts', 'AccessExclusiveLock')] }),
];

function sheetOf(changes: Partial<Manifest> = {}, made = statements) {
  const plan = planOf(manifestOf(changes));
  const control = controlOf({
    attempts: [attemptOf('pre-deploy', made)],
    before: observed(before),
    end: observed(before),
  });
  const sheet = planRuns(plan, [control]);
  return { ...sheet, standby: sheet.runs.find(({ scenario }) => scenario === 'standby') };
}

describe('a run with a standby', () => {
  test('is planned once, with a long read where the first statement keeps readers out', () => {
    const { standby, notTested } = sheetOf();
    expect(standby).toMatchObject({
      id: 'standby',
      alone: false,
      againAlone: true,
      reads: ['public.alerts', 'public.notes'],
      longRead: { phase: 'pre-deploy', ordinal: 2, relation: 'public.alerts' },
      holdMs: 2000,
    });
    expect(notTested.map(({ what }) => what)).toContain('a read on a standby that lasts longer than 2000 ms');
  });

  test('has no long read where no statement keeps readers out', () => {
    const [weak] = statements;
    const { standby } = sheetOf({}, weak === undefined ? [] : [weak]);
    expect(standby).toMatchObject({ scenario: 'standby', reads: ['public.notes'] });
    expect(standby).not.toHaveProperty('longRead');
  });

  test('can be followed whatever the manifest says of WAL, and nobody waits for its confirmation', () => {
    const settings = { wal_level: 'minimal', max_wal_senders: '0', synchronous_standby_names: 'far' };
    expect(sheetOf({ postgres: { settings } }).standby).toMatchObject({
      settings: { wal_level: 'replica', max_wal_senders: '10', synchronous_standby_names: '' },
    });
    const logical = { settings: { wal_level: 'logical' } };
    expect(sheetOf({ postgres: logical }).standby).toMatchObject(logical);
  });

  test('is not due without a reader or a budget, nor where the world is stopped', () => {
    const { budgets } = manifestOf();
    expect(sheetOf({ apps: 'none' }).standby).toBeUndefined();
    expect(sheetOf({ overlap: 'stop-the-world' }).standby).toBeUndefined();
    expect(sheetOf({ apps: 'none', budgets: { ...budgets, replicaLagMs: 800 } }).standby).toBeDefined();
  });
});
