import { describe, expect, it } from 'vitest';
import { render } from '../../../shared/report/render.ts';
import { readXml } from './read-xml.ts';
import { finding, greenReport, redReport } from './reports.ts';

const junit = (report: ReturnType<typeof redReport>) => {
  const root = readXml(render('junit', report));
  const suite = root.children[0];
  const cases = suite?.children ?? [];
  const having = (kind: string) => cases.filter(({ children }) => children.some(({ name }) => name === kind));
  return { root, suite, cases, having };
};

describe('JUnit', () => {
  it('has one case a check, and counts that are true', () => {
    const report = redReport();
    const { root, suite, cases, having } = junit(report);
    expect(cases.map(({ attributes }) => attributes.name)).toEqual(report.checks.map(({ id }) => id));
    expect(root.attributes).toMatchObject({
      tests: String(cases.length),
      failures: String(having('failure').length),
      errors: String(having('error').length),
    });
    expect(suite?.attributes.skipped).toBe(String(having('skipped').length));
    expect(having('failure').length).toBeGreaterThan(2);
  });

  it('shows what could not be judged as an error, never as a success', () => {
    const [first, ...others] = greenReport().checks;
    const open = { id: first?.id ?? '', outcome: 'undetermined', reason: 'a run did not happen' } as const;
    const { having } = junit({ ...greenReport(), verdict: 'inconclusive', checks: [open, ...others] });
    expect(having('error').map(({ attributes }) => attributes.name)).toEqual([open.id]);
  });

  it('fails no case for a warning or for what was waived', () => {
    const findings = [finding({ severity: 'warns' }), finding({ waivedBy: 'ada' })];
    expect(junit({ ...greenReport(), findings }).having('failure')).toEqual([]);
  });

  it('names file, line and remedy in the failure', () => {
    const { having } = junit({ ...greenReport(), findings: [finding()] });
    const [failure] = having('failure')[0]?.children ?? [];
    expect(failure?.text).toContain('at migrations/0023.up.sql:4');
    expect(failure?.text).toContain('COMMIT;');
  });
});

describe('SARIF', () => {
  const sarif = (report: ReturnType<typeof redReport>) => JSON.parse(render('sarif', report));

  it('has what version 2.1.0 requires', () => {
    const log = sarif(redReport());
    expect(log).toMatchObject({ version: '2.1.0', $schema: expect.stringContaining('sarif-schema-2.1.0') });
    const [run] = log.runs;
    expect(run.tool.driver.name).toBe('rehearsal');
    expect(run.results).toHaveLength(redReport().findings.length);
    for (const result of run.results) {
      expect(result.message.text).toMatch(/\S/);
      expect(['error', 'warning']).toContain(result.level);
      expect(run.tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId);
    }
  });

  it('points to the line, or to the manifest where no line is known', () => {
    const lost = finding();
    const { line, file, ...placeless } = lost;
    const [run] = sarif({ ...redReport(), findings: [lost, placeless] }).runs;
    const places = run.results.map((result: { locations: { physicalLocation: unknown }[] }) => result.locations[0]);
    expect(places).toEqual([
      { physicalLocation: { artifactLocation: { uri: file }, region: { startLine: line } } },
      { physicalLocation: { artifactLocation: { uri: 'rehearsal.yaml' } } },
    ]);
  });

  it('makes a file name that holds URI signs a relative URI', () => {
    const [run] = sarif({ ...redReport(), findings: [finding({ file: 'sql/ä #1?.sql' })] }).runs;
    expect(run.results[0].locations[0].physicalLocation.artifactLocation.uri).toBe('sql/%C3%A4%20%231%3F.sql');
  });

  it('recognises a finding again in the next rehearsal, whatever its words and its run', () => {
    const print = (changes: Parameters<typeof finding>[0]) =>
      sarif({ ...redReport(), findings: [finding(changes)] }).runs[0].results[0].partialFingerprints[
        'rehearsalFinding/v1'
      ];
    const state = 'after pre-deploy in contention-pre-deploy-3-public.alerts';
    expect(print({ state })).toBe(
      print({ state: 'after pre-deploy in under-load', title: 'x', summary: 'y', line: 9 }),
    );
    expect(print({ state })).not.toBe(print({ state, ordinal: 4 }));
    expect(print({ state })).not.toBe(print({ state, relation: 'public.notes' }));
  });

  it('keeps a waived finding, suppressed', () => {
    const [run] = sarif({ ...redReport(), findings: [finding({ waivedBy: 'ada' })] }).runs;
    expect(run.results[0].suppressions).toEqual([
      { kind: 'external', status: 'accepted', justification: 'waived by ada' },
    ]);
  });
});
