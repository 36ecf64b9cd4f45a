import { describe, expect, test } from 'vitest';
import type { RunResult } from '../../../shared/domain/observation.ts';
import { judge } from '../../../shared/judge/judge.ts';
import { compatibilityId, evidence } from '../../support/evidence.ts';

describe('a version that dies after its answers', () => {
  test('breaks on that state, whatever it answered before', () => {
    const id = compatibilityId('next', 'fresh', 'after');
    const given = evidence({
      runs: { [id]: (run) => ({ ...run, cells: run.cells.map((one) => ({ ...one, endedByItself: 1 })) }) },
    });
    const judged = judge(given);
    expect(judged.verdict).toBe('fail');
    expect(judged.findings.map(({ check }) => check)).toContain('broken-next-version');
  });
});

describe('a background process that does not stay alive', () => {
  const died = { name: 'feed job', statements: 1, sqlErrors: [], endedByItself: 1, logTail: [] };
  const judged = (...places: readonly (readonly ['previous' | 'next', 'before' | 'after'])[]) =>
    judge(
      evidence({
        runs: Object.fromEntries(
          places.map(([app, place]) => [
            compatibilityId(app, 'fresh', place),
            (run: RunResult) => ({ ...run, cells: run.cells.map((one) => ({ ...one, workers: [died] })) }),
          ]),
        ),
      }),
    );

  test('breaks its version on that state, by name', () => {
    const { verdict, findings } = judged(['next', 'after']);
    expect(verdict).toBe('fail');
    const finding = findings.find(({ check }) => check === 'broken-next-version');
    expect(finding).toMatchObject({ severity: 'blocks', app: 'next', evidence: { workers: ['feed job'] } });
    expect(finding?.title).toContain('loses its background process “feed job”');
    expect(finding?.summary).toContain('ended by itself with exit code 1');
  });

  test('proves nothing where it did not live on the untouched clone either, and that is told', () => {
    const { findings } = judged(['previous', 'before'], ['previous', 'after']);
    expect(findings.map(({ check }) => check)).not.toContain('broken-previous-version');
    const weak = findings.find(({ check }) => check === 'weak-evidence');
    expect(weak?.summary).toContain('“feed job” of previous proves nothing');
  });
});
