import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Evidence } from '../../shared/domain/observation.ts';
import type { Report } from '../../shared/domain/report.ts';
import type { Verdict } from '../../shared/domain/verdict.ts';
import { reportShell } from '../../shared/edge/adapters/built-pages.ts';
import { type Format, render } from '../../shared/report/render.ts';

/** Exit codes of CONTRACT section 2 for a rehearsal that came to a verdict. */
export const verdictExitCodes: Readonly<Record<Verdict, number>> = { pass: 0, fail: 1, inconclusive: 3 };

const files: readonly (readonly [string, Format])[] = [
  ['report.json', 'json'],
  ['report.html', 'html'],
  ['report.md', 'markdown'],
  ['junit.xml', 'junit'],
  ['results.sarif', 'sarif'],
];

/** Every form of the report, and the evidence that it was judged from. */
export async function writeReports(dir: string, report: Report, evidence: Evidence): Promise<void> {
  await mkdir(dir, { recursive: true });
  for (const [file, format] of files) await writeFile(join(dir, file), render(format, report, reportShell()));
  await writeFile(join(dir, 'evidence.json'), `${JSON.stringify(evidence)}\n`);
}
