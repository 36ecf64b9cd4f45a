import { describe, expect, test } from 'vitest';
import type { HotpatchFound } from '../../../shared/domain/hotpatch.ts';
import { observed, unobserved } from '../../../shared/domain/observed.ts';
import { judge } from '../../../shared/judge/judge.ts';
import { evidence } from '../../support/evidence.ts';

const declared = (path: string) => ({ path, sha256: 'a'.repeat(64), why: 'disables the feed job' });
const look = (path: string, found: HotpatchFound) => ({ path, place: `next/${path}`, found: observed(found) });
const outcomeOf = (judgement: ReturnType<typeof judge>) =>
  judgement.checks.find(({ id }) => id === 'missing-hotpatch')?.outcome;

describe('missing-hotpatch', () => {
  test.each<[string, HotpatchFound]>([
    ['is not there', { kind: 'nothing' }],
    ['is a directory', { kind: 'directory' }],
    ['leads out of the bundle', { kind: 'way out' }],
    [`is another file (sha256 ${'b'.repeat(64)})`, { kind: 'file', sha256: 'b'.repeat(64) }],
  ])('a file that %s is missing', (words, found) => {
    const judgement = judge(
      evidence({
        manifest: { hotpatches: [declared('jobs.json')] },
        evidence: { hotpatches: [look('jobs.json', found)] },
      }),
    );
    expect(judgement.verdict).toBe('fail');
    expect(judgement.findings.map(({ check }) => check)).toEqual(['missing-hotpatch']);
    expect(judgement.findings[0]?.summary).toContain(`next/jobs.json ${words}`);
  });

  test('several that are missing are one finding, which names each with what is expected and found', () => {
    const hotpatches = [look('a', { kind: 'nothing' }), look('b', { kind: 'directory' })];
    const { findings } = judge(
      evidence({ manifest: { hotpatches: [declared('a'), declared('b')] }, evidence: { hotpatches } }),
    );
    expect(findings).toHaveLength(1);
    expect(findings[0]?.evidence.hotpatches).toEqual([
      { place: 'next/a', expected: 'a'.repeat(64), found: 'nothing', why: 'disables the feed job' },
      { place: 'next/b', expected: 'a'.repeat(64), found: 'directory', why: 'disables the feed job' },
    ]);
  });

  test('nobody having looked is no pass', () => {
    const unseen = { path: 'jobs.json', place: 'app:2:jobs.json', found: unobserved('the process host has no images') };
    for (const hotpatches of [undefined, [], [unseen]]) {
      const more = hotpatches === undefined ? {} : { evidence: { hotpatches } };
      const judgement = judge(evidence({ manifest: { hotpatches: [declared('jobs.json')] }, ...more }));
      expect(judgement.verdict).toBe('inconclusive');
      expect(outcomeOf(judgement)).toBe('undetermined');
    }
  });

  test('one that is missing is found although another could not be looked for', () => {
    const judgement = judge(
      evidence({
        manifest: { hotpatches: [declared('a'), declared('b')] },
        evidence: { hotpatches: [look('a', { kind: 'nothing' })] },
      }),
    );
    expect(judgement.verdict).toBe('fail');
  });

  test('where none is declared the question does not arise', () => {
    expect(outcomeOf(judge(evidence()))).toBe('not-applicable');
  });
});
