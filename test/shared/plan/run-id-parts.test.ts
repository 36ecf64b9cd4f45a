import { expect, test } from 'vitest';
import { parseRunId } from '../../../shared/domain/ids.ts';
import type { StatePoint } from '../../../shared/domain/run.ts';
import { phaseInId, stateInId } from '../../../shared/plan/run-id-parts.ts';

const long = 'a'.repeat(190);
const phases = ['x', 'x-3', 'x-3-1', 'before', '-', '--', '3', `${long}-1`, `${long}-2`, 'x-written', 'x-under-load'];

test('no two states of any phases have one id, and every id is one', () => {
  const points: readonly StatePoint[] = phases.flatMap((phase) => [
    { kind: 'after', phase },
    ...[1, 3, 31].map((committed) => ({ kind: 'inside', phase, committed }) as const),
  ]);
  const ids = [...points, { kind: 'before' } as const, { kind: 'after-rollback' } as const].map(stateInId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(parseRunId(`compatibility-previous-running-${id}`)).toHaveLength(id.length + 31);
});

test('what ids say behind a phase is no other phase', () => {
  const ids = phases.flatMap((phase) =>
    ['', '-written', '-interrupted', '-under-load', '-3'].map((more) => `${phaseInId(phase)}${more}`),
  );
  expect(new Set(ids).size).toBe(ids.length);
});

test('names that leave no doubt stand as they are', () => {
  expect(['pre-deploy', 'v2', '2024-01-x'].map(phaseInId)).toEqual(['pre-deploy', 'v2', '2024-01-x']);
});
