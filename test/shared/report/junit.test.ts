import { describe, expect, it } from 'vitest';
import type { CheckOutcome } from '../../../shared/domain/finding.ts';
import type { Report } from '../../../shared/domain/report.ts';
import { render } from '../../../shared/report/render.ts';
import { manyFindings } from './many-findings.ts';
import { readXml, type XmlElement } from './read-xml.ts';
import { finding, greenReport, redReport, withForeignText } from './reports.ts';

/** The shape that the schemas of Jenkins and Surefire have in common: required, then allowed attributes, children. */
const shapes: Readonly<Record<string, { required: string[]; allowed: string[]; children: string[] }>> = {
  testsuites: { required: [], allowed: ['name', 'time', 'tests', 'failures', 'errors'], children: ['testsuite'] },
  testsuite: {
    required: ['name', 'tests', 'failures', 'errors', 'skipped'],
    allowed: ['time', 'timestamp'],
    children: ['testcase'],
  },
  testcase: {
    required: ['name', 'classname', 'time'],
    allowed: [],
    children: ['failure', 'error', 'skipped', 'system-out'],
  },
  failure: { required: ['type', 'message'], allowed: [], children: [] },
  error: { required: ['type', 'message'], allowed: [], children: [] },
  skipped: { required: ['message'], allowed: [], children: [] },
  'system-out': { required: [], allowed: [], children: [] },
};

function mistakes(element: XmlElement): string[] {
  const shape = shapes[element.name];
  if (shape === undefined) return [`<${element.name}> is unknown`];
  const names = Object.keys(element.attributes);
  const order = element.children.map(({ name }) => shape.children.indexOf(name));
  return [
    ...shape.required.filter((name) => !names.includes(name)).map((name) => `<${element.name}> has no ${name}`),
    ...names
      .filter((name) => ![...shape.required, ...shape.allowed].includes(name))
      .map((name) => `<${element.name} ${name}=…> is unknown`),
    ...(order.some((at) => at < 0) ? [`<${element.name}> has a strange child`] : []),
    ...(element.name === 'testcase' && new Set(order).size < order.length ? ['a case has two ends'] : []),
    ...element.children.flatMap(mistakes),
  ];
}

const junit = (report: Report) => {
  const root = readXml(render('junit', report));
  const cases = root.children[0]?.children ?? [];
  const kindsOf = (name: string) =>
    cases.filter((one) => one.attributes.name === name).flatMap(({ children }) => children.map((child) => child.name));
  const red = cases.some(({ children }) => children.some(({ name }) => name === 'failure' || name === 'error'));
  return { root, cases, kindsOf, red };
};

const open = (severity: CheckOutcome['severity']): CheckOutcome => ({
  id: 'slow-traffic',
  outcome: 'undetermined',
  reason: 'the generator was late',
  ...(severity === undefined ? {} : { severity }),
});

describe('the shape of JUnit', () => {
  it.each([
    ['a red report', redReport()],
    ['a green one', greenReport()],
    ['one with odd names', withForeignText(redReport(), 'a "b" <c> ]]> \u0000 \ud800 | `')],
    ['5,000 findings', manyFindings(5000, 2000)],
  ])('is that of Jenkins and Surefire for %s', (_, report) => {
    expect(mistakes(junit(report).root)).toEqual([]);
  });
});

describe('a pass in JUnit', () => {
  it('is only what is a pass: any other verdict has a case that is red', () => {
    expect(junit(greenReport()).red).toBe(false);
    expect(junit(redReport()).red).toBe(true);
    const unasked = { ...greenReport(), verdict: 'inconclusive', sentence: 'No verdict on pager 2.0.' } as const;
    expect(junit(unasked).kindsOf('verdict')).toEqual(['error']);
  });

  it('is not given to a blocking check that could not be judged, nor to one whose severity is unknown', () => {
    for (const severity of ['blocks', undefined] as const) {
      const report = { ...greenReport(), verdict: 'inconclusive', checks: [open(severity)] } as const;
      expect(junit(report).kindsOf('slow-traffic')).toEqual(['error']);
    }
  });

  it('is not taken away by a check that only warns and could not be judged: it is skipped, with its reason', () => {
    const { cases, red } = junit({ ...greenReport(), checks: [open('warns')] });
    expect(red).toBe(false);
    expect(cases[0]?.children[0]).toMatchObject({
      name: 'skipped',
      attributes: { message: 'undetermined: the generator was late' },
    });
  });

  it('still tells its warnings and what was waived', () => {
    const findings = [finding({ severity: 'warns', title: 'a warning' }), finding({ waivedBy: 'ada' })];
    const { cases, red } = junit({ ...greenReport(), findings });
    const told = cases.find(({ attributes }) => attributes.name === 'swallowed-error')?.children[0];
    expect(red).toBe(false);
    expect(told?.name).toBe('system-out');
    expect(told?.text).toContain('[warns] a warning');
    expect(told?.text).toContain('waived by ada');
  });

  it('says how many findings of a check it leaves out', () => {
    const findings = Array.from({ length: 50 }, (_, ordinal) => finding({ ordinal }));
    const { cases } = junit({ ...greenReport(), verdict: 'fail', findings });
    const failure = cases.find(({ attributes }) => attributes.name === 'swallowed-error')?.children[0];
    expect(failure?.text).toContain('30 more findings of this check in report.json.');
  });
});
