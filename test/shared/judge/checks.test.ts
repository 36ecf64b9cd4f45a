import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../shared/domain/finding.ts';
import type { Evidence } from '../../../shared/domain/observation.ts';
import type { Verdict } from '../../../shared/domain/verdict.ts';
import { checks } from '../../../shared/judge/checks/index.ts';
import { judge } from '../../../shared/judge/judge.ts';

interface Fixture {
  readonly default: Evidence;
  readonly sentence: string;
  readonly finds?: Partial<Finding>;
  /** Default: a blocking finding fails, a warning passes. */
  readonly verdict?: Verdict;
}

const root = new URL('../../checks/', import.meta.url);
const load = async (id: string, twin: 'safe' | 'unsafe'): Promise<Fixture> =>
  (await import(new URL(`${id}/${twin}.ts`, root).href)) as Fixture;
const stored = (evidence: Evidence): Evidence => JSON.parse(JSON.stringify(evidence)) as Evidence;

test('every check has its two stored evidences, and none is there for a check that does not exist', () => {
  expect(readdirSync(root).sort()).toEqual(checks.map(({ id }) => id).sort());
});

describe.each(checks.map(({ id }) => id))('%s', async (id) => {
  const safe = await load(id, 'safe');
  const unsafe = await load(id, 'unsafe');

  test(`finds: ${unsafe.sentence}`, () => {
    const found = judge(unsafe.default).findings.filter((finding) => finding.check === id);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject(unsafe.finds ?? {});
    expect(judge(unsafe.default).checks.find((check) => check.id === id)?.outcome).toBe('found');
    expect(judge(unsafe.default).verdict).toBe(
      unsafe.verdict ?? (unsafe.finds?.severity === 'blocks' ? 'fail' : 'pass'),
    );
  });

  test(`lets pass: ${safe.sentence}`, () => {
    const { verdict, findings } = judge(safe.default);
    expect(findings.filter(({ severity }) => severity === 'blocks')).toEqual([]);
    expect(verdict).toBe('pass');
  });

  test('judges the same evidence alike, again and after it was stored', () => {
    for (const { default: evidence } of [safe, unsafe]) {
      expect(judge(evidence)).toEqual(judge(evidence));
      expect(judge(stored(evidence))).toEqual(judge(evidence));
      expect(JSON.parse(JSON.stringify(judge(evidence)))).toEqual(judge(evidence));
    }
  });

  test('speaks in whole sentences and tells what to do', () => {
    for (const finding of judge(unsafe.default).findings) {
      expect(finding.summary).toMatch(/^[A-Z“0-9].*\.$|^[A-Za-z].*[.:]/);
      expect(finding.remedy.sql ?? finding.remedy.text).toMatch(/;|rehearse run|COMMIT/);
      expect(`${finding.title} ${finding.summary}`).not.toMatch(/undefined|null|NaN|\[object/);
    }
  });
});
