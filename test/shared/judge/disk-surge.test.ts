import { describe, expect, test } from 'vitest';
import type { DiskUse } from '../../../shared/domain/observation.ts';
import { observed, unobserved } from '../../../shared/domain/observed.ts';
import { defaultRules, rulesFrom } from '../../../shared/judge/default-rules.ts';
import { judge } from '../../../shared/judge/judge.ts';
import { alterAlerts, attempt, type EvidenceChanges, evidence, firstFile, secondFile } from '../../support/evidence.ts';

const gibibyte = 1024 ** 3;
const nothing: DiskUse = { databaseBytes: 0, grownBytesMax: 0, walBytes: 0, tempBytes: 0 };

function told(use: Partial<DiskUse>, changes: EvidenceChanges['evidence'] = {}, copiedBytes = 0) {
  const statements = [...firstFile, ...secondFile].map((each) =>
    each === alterAlerts
      ? { ...each, rewrote: ['public.alerts'], rewroteBytes: { 'public.alerts': copiedBytes } }
      : each,
  );
  const { checks, findings } = judge(
    evidence({
      runs: {
        control: (run) => ({ ...run, attempts: [attempt({ statements })], disk: observed({ ...nothing, ...use }) }),
      },
      evidence: changes,
    }),
  );
  const finding = findings.find(({ check }) => check === 'disk-surge');
  return { outcome: checks.find(({ id }) => id === 'disk-surge')?.outcome, severity: finding?.severity, finding };
}

describe('disk-surge', () => {
  test('a small database may write a gigabyte, whatever its size', () => {
    expect(told({ databaseBytes: 8_000_000, walBytes: gibibyte }).outcome).toBe('clear');
    expect(told({ databaseBytes: 8_000_000, walBytes: gibibyte + 1 })).toMatchObject({
      outcome: 'found',
      severity: 'warns',
    });
  });

  test('a large one may write half of its size; WAL, temporary files and growth count together', () => {
    const databaseBytes = 100 * gibibyte;
    const parts = { walBytes: 20 * gibibyte, tempBytes: 20 * gibibyte, grownBytesMax: 10 * gibibyte };
    expect(told({ databaseBytes, ...parts }).outcome).toBe('clear');
    expect(told({ databaseBytes, ...parts, tempBytes: 21 * gibibyte }).outcome).toBe('found');
  });

  test('a second copy of a table counts even where no look at the size came in time', () => {
    expect(told({ databaseBytes: gibibyte }, {}, 2 * gibibyte).finding?.evidence.copiedBytes).toBe(2 * gibibyte);
  });

  test('a production that is larger than the snapshot needs as much more', () => {
    const { snapshot } = evidence();
    const larger = { snapshot: { ...snapshot, productionBytes: snapshot.bytes * 100 } };
    const use = { databaseBytes: snapshot.bytes, walBytes: snapshot.bytes };
    expect(told(use).outcome).toBe('clear');
    expect(told(use, larger).outcome).toBe('found');
  });

  test('rules may name another headroom, and then they are other rules', () => {
    const settings = { severities: {}, evidenceAgeMsMax: 1, snapshotAgeMsMax: 365 * 86_400_000 };
    const rules = rulesFrom({ ...settings, diskHeadroom: { partOfDatabase: 2, bytesMin: 1 } });
    expect(rules.digest).not.toBe(rulesFrom(settings).digest);
    expect(told({ databaseBytes: 1000, walBytes: 2001 }, { rules }).outcome).toBe('found');
    expect(told({ databaseBytes: 1000, walBytes: 2001 }, { rules: defaultRules() }).outcome).toBe('clear');
  });

  test('where nobody could look it clears nothing', () => {
    const { checks, verdict } = judge(
      evidence({ runs: { control: (run) => ({ ...run, disk: unobserved('the server was gone') }) } }),
    );
    expect(checks.find(({ id }) => id === 'disk-surge')).toMatchObject({ outcome: 'undetermined' });
    expect(verdict).toBe('pass');
  });
});
