import { expect, test } from 'vitest';
import { libraryBundle } from '../support/contract-bundles.ts';
import { rehearsed, summaryOf } from '../support/rehearsed.ts';
import { writtenBundle } from '../support/vendor.ts';

test('"actors: … also pg-dump, vacuum": each is in the way of a lock that it conflicts with', async () => {
  const load = { rate: '30/s', duration: '1s', hold: '400ms', actors: ['pg-dump', 'vacuum'] };
  await using bundle = await writtenBundle(libraryBundle({ load }));
  await using rehearsal = await rehearsed(bundle.dir, ['--host', 'process', '--only', 'contention']);
  const { report } = rehearsal;
  const modes = report.runs.flatMap(({ fault }) => (fault?.mode === undefined ? [] : [fault.mode]));
  expect(modes.toSorted(), summaryOf(report)).toEqual([
    'AccessShareLock',
    'RowExclusiveLock',
    'ShareUpdateExclusiveLock',
  ]);
  const lost = report.findings.find(({ check }) => check === 'lost-to-lock-timeout');
  expect(lost?.evidence.runs, summaryOf(report)).toHaveLength(3);
  expect(report.notTested.filter(({ what }) => what.startsWith('actor'))).toEqual([]);
});
