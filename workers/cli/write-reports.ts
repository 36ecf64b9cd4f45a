import { access, constants, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Evidence } from '../../shared/domain/observation.ts';
import { RehearsalError } from '../../shared/domain/problem.ts';
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

/**
 * Makes the directory of `--out` before anything is rehearsed for it. Throws RehearsalError `usage` (fault bundle) where
 * nothing can be written there.
 */
export async function makeOut(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true });
    await access(dir, constants.W_OK);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    const isFile = code === 'EEXIST' || code === 'ENOTDIR';
    const detail = isFile ? `--out ${dir} is, or lies in, a file` : `--out ${dir} cannot be written to (${code})`;
    throw new RehearsalError('bundle', 'usage', detail, 'name a directory, there or not: --out report', {
      problems: [{ key: '--out', message: detail }],
      cause,
    });
  }
}

/** Every form of the report, and the evidence that it was judged from. */
export async function writeReports(dir: string, report: Report, evidence: Evidence): Promise<void> {
  for (const [file, format] of files) await writeFile(join(dir, file), render(format, report, reportShell()));
  await writeFile(join(dir, 'evidence.json'), `${JSON.stringify(evidence)}\n`);
}
