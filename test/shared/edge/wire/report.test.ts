import Schema from 'typebox/schema';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { RunId } from '../../../../shared/domain/ids.ts';
import type { Report } from '../../../../shared/domain/report.ts';
import { ReportSchema, type WireReport } from '../../../../shared/edge/wire/report.ts';

/** A domain type as it is after a journey as JSON: brands and `readonly` are promises of ours, not of the wire. */
type OnTheWire<T> = T extends RunId
  ? string
  : T extends readonly (infer Item)[]
    ? OnTheWire<Item>[]
    : T extends object
      ? { -readonly [Key in keyof T]: OnTheWire<T[Key]> }
      : T;

describe('the schema of report.json', () => {
  it('describes what the domain calls a report, no more and no less', () => {
    expectTypeOf<OnTheWire<Report>>().toExtend<WireReport>();
    expectTypeOf<WireReport>().toExtend<OnTheWire<Report>>();
    expectTypeOf<keyof WireReport>().toEqualTypeOf<keyof Report>();
    expectTypeOf<keyof WireReport['runs'][number]>().toEqualTypeOf<keyof Report['runs'][number]>();
    expectTypeOf<keyof WireReport['findings'][number]>().toEqualTypeOf<keyof Report['findings'][number]>();
  });

  it('refuses a report of another version', () => {
    expect(Schema.Check(ReportSchema, { reportVersion: 2 })).toBe(false);
  });
});
