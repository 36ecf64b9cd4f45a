import type { Finding } from '../../../shared/domain/finding.ts';
import type { Report, ReportStatement } from '../../../shared/domain/report.ts';
import { finding, redReport } from './reports.ts';

const oddNames = [
  'plain',
  `it's "quoted" \`and\` ticked`,
  'a|b||c',
  '--> <!-- ]]> <![CDATA[',
  '👩‍👩‍👧‍👦 é\u0301 \ud83d',
  'line\none\r\ntwo\ttab',
  '</details></summary><script>x</script>',
  '%2e%2e/../#?&=+',
  '\u0000\u001b[31m\u202e',
  'ñ'.repeat(10_000),
] as const;

/** So many findings of so many statements, with every odd name somewhere. */
export function manyFindings(findings: number, statements: number): Report {
  const report = redReport();
  const [first, ...others] = report.runs;
  const attempt = first?.migration[0];
  if (first === undefined || attempt === undefined) throw new Error('the red report has a run');
  const longer = Array.from({ length: statements }, (_, index) => statement(index + 1));
  return {
    ...report,
    findings: Array.from({ length: findings }, (_, index) => oddFinding(index, first.id as never)),
    runs: [{ ...first, migration: [{ ...attempt, phase: 'pre-deploy', statements: longer }] }, ...others],
  };
}

const odd = (index: number): string => oddNames[index % oddNames.length] ?? '';

const oddFinding = (index: number, run: Finding['evidence']['runs'][number]): Finding =>
  finding({
    check: `check-${'abcdefgh'[index % 8]}`,
    severity: index % 3 === 0 ? 'blocks' : 'warns',
    title: `${index} ${odd(index)}`,
    summary: odd(index + 1),
    ordinal: index + 1,
    file: `migrations/${odd(index + 2)}.sql`,
    line: index + 1,
    relation: `public.${odd(index + 3)}`,
    evidence: { runs: [run] },
    remedy: { text: odd(index + 4), sql: odd(index + 5) },
    ...(index % 7 === 0 ? { waivedBy: odd(index + 6) } : {}),
  });

const statement = (ordinal: number): ReportStatement => ({
  ordinal,
  sql: `ALTER TABLE t${ordinal % 100} ADD COLUMN "${odd(ordinal)}" int`,
  startedAtMs: ordinal,
  durationMs: 1,
  waitedMs: 0,
  transaction: null,
  rows: 0,
  locks: [],
  rewrote: [],
  walBytes: 0,
});
