import type { Report } from '../../shared/domain/report.ts';

export const hostile = {
  markup: '</script><img src=x onerror="globalThis.pwned=1"><script>globalThis.pwned=1</script>',
  /** A terminal's escape, a null, an override of the reading direction, foreign line ends. */
  signs: ['\u001b', '\u0000', '\u202e', '\u2028', '\u2029'],
} as const;
const text = `${hostile.markup} ${hostile.signs.join('x')} <!-- ]]> ${'a'.repeat(1_000_000)}`;
const short = `${hostile.markup} ${hostile.signs.join('x')}`;

/** A real report in which strangers' texts are what a stranger with bad intentions would make of them. */
export function hostileReport(report: Report): Report {
  return {
    ...report,
    service: short,
    version: short,
    previous: short,
    sentence: short,
    runs: report.runs.map((run) => ({
      ...run,
      ...(run.aftermath === undefined ? {} : { aftermath: { ...run.aftermath, leftovers: [longIn(run)] } }),
      migration: run.migration.map((attempt) => ({
        ...attempt,
        statements: attempt.statements.map((statement, index) => ({
          ...statement,
          sql: index === 0 ? longIn(run) : short,
          file: short,
          message: short,
        })),
      })),
    })),
    compatibility: {
      ...report.compatibility,
      cells: report.compatibility.cells.map((cell) => ({
        ...cell,
        probes: cell.probes.map((probe, index) => ({ ...probe, name: `${index} ${short}`, detail: short })),
        sqlErrors: cell.sqlErrors.map((error) => ({ ...error, message: short, sql: short })),
      })),
    },
    findings: report.findings.map((finding, index) => ({
      ...finding,
      title: index === 0 ? text : short,
      summary: short,
      file: short,
      relation: short,
      remedy: { text: short, sql: index === 0 ? text : short },
    })),
    recovery: report.recovery.map((one) => ({ ...one, because: short, sql: short })),
    notTested: [{ what: text, because: short }],
  };
}

/** A novel in the runs that a page shows first; in each of them it only takes the machine's time. */
const longIn = ({ scenario, load }: Report['runs'][number]): string =>
  scenario === 'control' || load !== undefined ? text : short;
