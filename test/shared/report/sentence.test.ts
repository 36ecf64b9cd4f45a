import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../../shared/domain/observation.ts';
import * as green from '../../support/evidence.ts';
import { greenReport, redReport, reportOf } from './reports.ts';

const blocked = (ms: number) => (run: RunResult) => ({ ...run, load: green.load({ blockedMsMax: ms }) });

describe('the sentence', () => {
  it('says that a green version may go out, and how long traffic would be blocked', () => {
    expect(greenReport().sentence).toBe(
      'pager 2.0 may go out: traffic is expected to be blocked for 480 ms at the worst moment.',
    );
  });

  it('names the worst finding by its title and place, how many more there are, and the blocked time', () => {
    const { sentence, findings } = redReport();
    const blocking = findings.filter(({ severity }) => severity === 'blocks');
    expect(sentence).toContain(`Do not deploy pager 2.0: ${blocking[0]?.title}`);
    expect(sentence).toContain(`and ${blocking.length - 1} more blocking findings`);
    expect(sentence).toMatch(/traffic is expected to be blocked for 2 s at the worst moment\.$/);
  });

  it('takes the worst moment of all runs that had traffic', () => {
    const report = reportOf(
      green.evidence({ runs: { 'under-load': blocked(900), [green.contentionId]: blocked(30) } }),
    );
    expect(report.sentence).toContain('blocked for 900 ms at the worst moment');
  });

  it('claims no blocked time where no run had traffic', () => {
    const report = reportOf(green.evidence({ runs: { 'under-load': null, [green.contentionId]: null } }));
    expect(report.sentence).toMatch(/^No verdict on pager 2\.0: .* no evidence is not a pass/);
    expect(report.sentence).toContain('for how long traffic would be blocked is unknown');
    expect(report.sentence).not.toContain('0 ms');
  });
});
