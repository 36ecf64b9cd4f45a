import { describe, expect, test } from 'vitest';
import { judge } from '../../../shared/judge/judge.ts';
import { evidence } from '../../support/evidence.ts';

describe('a complete and green rehearsal', () => {
  const judgement = judge(evidence());

  test('passes, harms nobody and finds nothing', () => {
    expect(judgement.findings).toEqual([]);
    expect(judgement).toMatchObject({ verdict: 'pass', harm: 'none' });
    expect(judgement.checks.filter(({ outcome }) => outcome !== 'clear')).toEqual([
      {
        id: 'thin-memory-margin',
        outcome: 'not-applicable',
        reason: 'no phase declares a memory limit',
        severity: 'warns',
      },
      {
        id: 'impossible-rollback',
        outcome: 'not-applicable',
        reason: 'no rollback is declared, and previous must live on every state',
        severity: 'blocks',
      },
      { id: 'lossy-rollback', outcome: 'not-applicable', reason: 'no rollback is declared', severity: 'warns' },
      {
        id: 'violated-invariant',
        outcome: 'not-applicable',
        reason: 'the bundle declares no invariants',
        severity: 'blocks',
      },
      {
        id: 'worse-steady-state',
        outcome: 'not-applicable',
        reason: 'steady is 0s: nobody asked how next lives with the traffic',
        severity: 'blocks',
      },
      { id: 'missing-hotpatch', outcome: 'not-applicable', reason: 'no hot patch is declared', severity: 'blocks' },
    ]);
  });

  test('names retry for every state that an interruption left', () => {
    expect(judgement.recovery.map(({ state, choose }) => [state, choose])).toEqual([
      ['after pre-deploy #1 in interruption-pre-deploy-1', 'retry'],
      ['after pre-deploy #2 in interruption-pre-deploy-2', 'retry'],
    ]);
  });

  test('shows the matrix in the order in which the migration passes the states', () => {
    expect(judgement.cells.map(({ app, boot, state, gates, outcome }) => [state, app, boot, gates, outcome])).toEqual([
      ['before', 'previous', 'fresh', true, 'pass'],
      ['after pre-deploy #1', 'previous', 'fresh', true, 'pass'],
      ['after pre-deploy #1', 'previous', 'running', true, 'pass'],
      ['after pre-deploy', 'previous', 'fresh', true, 'pass'],
      ['after pre-deploy', 'previous', 'running', true, 'pass'],
      ['after pre-deploy', 'next', 'fresh', true, 'pass'],
    ]);
  });
});
