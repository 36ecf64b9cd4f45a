import { expect, test } from 'vitest';
import type { Bundle } from '../../../shared/domain/bundle.ts';
import { withWorkload } from '../../../shared/plan/captured-load.ts';
import { defaultLoad, unsaidLoad } from '../../../shared/plan/manifest/read-load.ts';

/** CONTRACT 1: "default 50/s, or the snapshot's captured rates", "default 2s, or the … captured 99th percentile". */
const loadOn = (load: typeof defaultLoad, workload?: Parameters<typeof withWorkload>[1]) =>
  withWorkload({ manifest: { load } } as Bundle, workload).manifest.load;

test('what was captured with the snapshot stands for what the manifest does not say', () => {
  expect(loadOn(unsaidLoad, { ratePerSecond: 120, holdMs: 4500 })).toMatchObject({ ratePerSecond: 120, holdMs: 4500 });
  expect(loadOn(unsaidLoad, { ratePerSecond: 120 })).toMatchObject({ ratePerSecond: 120, holdMs: defaultLoad.holdMs });
});

test('a figure of the manifest stands, and where nothing was captured the defaults do', () => {
  const said = { ...defaultLoad, ratePerSecond: 20, leftOpen: ['holdMs'] as const };
  expect(loadOn(said, { ratePerSecond: 120, holdMs: 4500 })).toMatchObject({ ratePerSecond: 20, holdMs: 4500 });
  expect(loadOn(unsaidLoad)).toMatchObject({ ratePerSecond: 50, holdMs: 2000 });
});
