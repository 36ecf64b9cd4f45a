import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../shared/domain/finding.ts';
import type { Report, ReportStatement } from '../../../shared/domain/report.ts';
import { checks } from '../../../shared/judge/checks/index.ts';
import { render } from '../../../shared/report/render.ts';
import { manyFindings } from './many-findings.ts';
import { finding, greenReport, redReport, withForeignText } from './reports.ts';

/** The schema of OASIS as a package ships it; it is written in draft 4, whose `id` later drafts call `$id`. */
const { $schema, id, ...schema } = createRequire(import.meta.url)(
  '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json',
);
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
addFormats.default(ajv);
const validate = ajv.compile({ ...schema, $id: id });

const sarif = (report: Report) => JSON.parse(render('sarif', report));
const mistakes = (log: unknown) => (validate(log) ? [] : validate.errors?.slice(0, 5));

describe('the schema of SARIF 2.1.0', () => {
  it.each([
    ['a red report', redReport()],
    ['a green one', greenReport()],
    ['5,000 findings of 2,000 statements with odd names', manyFindings(5000, 2000)],
    ['one with markup for names', withForeignText(redReport(), '</x> "%zz" \u0000 \ud800 ]]>')],
  ])('accepts %s', (_, report) => {
    expect(mistakes(sarif(report))).toEqual([]);
  });

  it('refuses what is none', () => {
    const log = sarif(redReport());
    log.runs[0].results[0].level = 'fatal';
    log.runs[0].results[1].locations[0].physicalLocation.region = { startLine: 0 };
    expect(mistakes(log)).toHaveLength(2);
  });
});

describe('fingerprints', () => {
  const statements = ['BEGIN', 'ALTER TABLE a', 'ALTER TABLE b', 'ALTER TABLE a', 'COMMIT'];
  const printsOf = (found: readonly Partial<Finding>[], sql: readonly string[] = statements) => {
    const report = redReport();
    const runs = report.runs.map((run) => ({
      ...run,
      migration: run.migration.map((attempt) => ({
        ...attempt,
        statements: sql.map(
          (text, index) => ({ ...attempt.statements[0], ordinal: index + 1, sql: text }) as ReportStatement,
        ),
      })),
    }));
    const log = sarif({ ...report, runs, findings: found.map((changes) => finding(changes)) });
    return log.runs[0].results.map((result: { partialFingerprints: Record<string, string> }) =>
      Object.values(result.partialFingerprints).join(),
    );
  };

  it('stay when lines and statements before it move, and when its white space changes', () => {
    const [before] = printsOf([{ ordinal: 3, line: 3 }]);
    const [moved] = printsOf(
      [{ ordinal: 5, line: 40 }],
      ['BEGIN', 'SELECT', 'SET x', 'ALTER TABLE a', 'ALTER  TABLE\n b'],
    );
    expect(moved).toBe(before);
  });

  it('are others for another statement, and for the second of two equal ones', () => {
    const [a, b, again] = printsOf([{ ordinal: 2 }, { ordinal: 3 }, { ordinal: 4 }]);
    expect(new Set([a, b, again]).size).toBe(3);
  });

  it('are never the same twice in one log', () => {
    const results = sarif(manyFindings(5000, 2000)).runs[0].results;
    const prints = results.map((result: { partialFingerprints: object }) => JSON.stringify(result.partialFingerprints));
    expect(new Set(prints).size).toBe(5000);
  });
});

describe('what a code scanner shows', () => {
  it('has the whole statement as its region', () => {
    const log = sarif({ ...redReport(), findings: [finding({ line: 4, endLine: 9 })] });
    expect(log.runs[0].results[0].locations[0].physicalLocation.region).toEqual({ startLine: 4, endLine: 9 });
  });

  it('says of every check what it is and why a person on call cares', () => {
    const findings = checks.map(({ id: check }) => finding({ check }));
    for (const rule of sarif({ ...redReport(), findings }).runs[0].tool.driver.rules) {
      const check = checks.find((candidate) => candidate.id === rule.id);
      expect(rule.shortDescription.text).toBe(check?.title);
      expect(rule.help.text).toContain(check?.why);
    }
  });

  it('tells of checks that could not be judged, so that no result is not taken for no finding', () => {
    const open = {
      id: 'deadlock',
      outcome: 'undetermined',
      reason: 'a run did not happen',
      severity: 'blocks',
    } as const;
    const [run] = sarif({ ...greenReport(), verdict: 'inconclusive', checks: [open] }).runs;
    expect(run.invocations[0].executionSuccessful).toBe(false);
    expect(run.invocations[0].toolExecutionNotifications).toEqual([
      { level: 'error', message: { text: 'deadlock is undetermined: a run did not happen' } },
    ]);
  });
});
