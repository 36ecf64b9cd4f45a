import type { Phase } from '../../../shared/domain/bundle.ts';
import { parseRunId } from '../../../shared/domain/ids.ts';
import type { RunResult } from '../../../shared/domain/observation.ts';
import { observed } from '../../../shared/domain/observed.ts';
import { attempt, cell, evidence, run, specBase, statement, states } from '../../support/evidence.ts';

export const sentence =
  'The declared rollback was walked from the end of the phase, and previous lives where it leads.';

export const rollback: Phase = {
  name: 'rollback',
  when: 'after-rollout',
  run: { kind: 'command', command: ['node', 'revert.js'] },
  dir: '.',
  deletes: [],
  timeoutMs: 600_000,
  env: {},
};

export const back = [statement(1, 'ALTER TABLE alerts DROP COLUMN seen_at'), statement(2, 'DROP TABLE notes')];
export const point = { kind: 'after-rollback' } as const;
export const rollbackId = 'rollback-after-pre-deploy';

export function rollbackRun(more: Partial<RunResult> = {}): RunResult {
  return run(
    { ...specBase, id: parseRunId(rollbackId), scenario: 'rollback', after: 'pre-deploy' },
    {
      attempts: [attempt(), attempt({ phase: 'rollback', statements: back })],
      states: [{ point, state: observed(states.before) }],
      end: observed(states.before),
      cells: [cell('previous', 'fresh', point)],
      ...more,
    },
  );
}

export default evidence({ manifest: { rollback }, more: [rollbackRun()] });
