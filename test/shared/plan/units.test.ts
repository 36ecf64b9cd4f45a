import { describe, expect, test } from 'vitest';
import {
  formatDuration,
  formatRate,
  formatSize,
  parseDay,
  parseDuration,
  parseRate,
  parseSize,
} from '../../../shared/plan/units.ts';

const cases = [
  ['a duration in ms', parseDuration, '500ms', 500],
  ['a duration in seconds', parseDuration, '30s', 30_000],
  ['a duration in minutes', parseDuration, '10m', 600_000],
  ['a fraction that binary numbers cannot hold', parseDuration, '0.07s', 70],
  ['no time at all', parseDuration, '0s', 0],
  ['half a millisecond as no duration', parseDuration, '0.5ms', null],
  ['a bare number as no duration', parseDuration, '30', null],
  ['a negative number as no duration', parseDuration, '-1s', null],
  ['an unknown unit as no duration', parseDuration, '3 fortnights', null],
  ['a name of Object.prototype as no unit', parseDuration, '3constructor', null],
  ['MiB', parseSize, '64MiB', 67_108_864],
  ['GiB', parseSize, '1GiB', 1_073_741_824],
  ['2GiB, which is negative where bits are shifted', parseSize, '2GiB', 2_147_483_648],
  ['MB as no size, since nobody knows which one it is', parseSize, '64MB', null],
  ['a rate', parseRate, '50/s', 50],
  ['a rate a minute', parseRate, '90/m', 1.5],
  ['a rate without a unit as none', parseRate, '50', null],
  ['a day', parseDay, '2026-12-31', '2026-12-31'],
  ['the 30th of February as no day', parseDay, '2026-02-30', null],
  ['a day in another order as none', parseDay, '31.12.2026', null],
] as const;

describe('units', () => {
  test.each(cases)('read %s', (_, parse, text, expected) => {
    expect(parse(text)).toBe(expected);
  });

  test.each([500, 1500, 30_000, 90_000, 600_000, 86_400_000, 0])('write %d ms so that it is read again', (ms) => {
    expect(parseDuration(formatDuration(ms))).toBe(ms);
  });

  test.each([1, 1000, 1024, 67_108_864, 1_073_741_825])('write %d bytes so that they are read again', (bytes) => {
    expect(parseSize(formatSize(bytes))).toBe(bytes);
  });

  test('write what people write', () => {
    expect([formatDuration(1000), formatDuration(600_000), formatSize(134_217_728), formatRate(50)]).toEqual([
      '1s',
      '10m',
      '128MiB',
      '50/s',
    ]);
  });
});
