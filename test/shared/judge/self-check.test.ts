import { describe, expect, test } from 'vitest';
import { distrustOf, type SelfCheck } from '../../../shared/judge/self-check.ts';

const at = (hour: number) => new Date(Date.UTC(2026, 2, 10, hour));
const check = (hour: number, ok = true, worker = 'w'): SelfCheck => ({ worker, at: at(hour), ok });
const distrust = (checks: readonly SelfCheck[], performedBy: readonly string[] | null = ['w']) =>
  distrustOf({ finishedAt: at(12), performedBy }, checks);

describe('a worker is believed', () => {
  test('between two right self-checks, and after a right one that is not old', () => {
    expect(distrust([check(10), check(14)])).toBeNull();
    expect(distrust([check(10)])).toBeNull();
  });
  test('where its first check came after what it did', () => expect(distrust([check(13)])).toBeNull());
});

describe('a worker is not believed', () => {
  test.each([
    ['that was wrong before', [check(8), check(10, false), check(14)], 'was wrong'],
    ['that was wrong afterwards', [check(10), check(14, false)], 'was wrong'],
    ['that has not checked itself', [], 'has not checked itself yet'],
    ['that checked itself too long ago', [{ ...check(0), at: new Date(Date.UTC(2026, 2, 8)) }], 'had not checked'],
    ['for what another one checked', [check(10, true, 'other')], 'has not checked itself yet'],
  ] as const)('%s', (_name, checks, reason) => expect(distrust(checks)).toContain(reason));

  test('again by what it said since it was right once more', () =>
    expect(distrust([check(6, false), check(10), check(14)])).toBeNull());
  test('where one of several is not', () =>
    expect(distrust([check(10), check(11, false, 'v')], ['w', 'v'])).toContain('worker v'));
  test('where nobody is named', () => expect(distrust([check(10)], [])).toContain('nobody is known'));
  test('where nobody kept who performed it', () => expect(distrust([check(10)], null)).toContain('before workers'));
});
