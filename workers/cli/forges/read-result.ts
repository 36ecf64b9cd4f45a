import { readFile } from 'node:fs/promises';
import type { Problem } from '../../../shared/domain/problem.ts';
import type { Report } from '../../../shared/domain/report.ts';

/** What `submit --format json`, or `run`, left in a file. */
export type SubmitResult =
  | { readonly kind: 'report'; readonly report: Report }
  | { readonly kind: 'problem'; readonly problem: Problem }
  /** No file, or nothing of ours in it: whoever should have written it did not come so far. */
  | { readonly kind: 'none' };

export async function readResult(path: string): Promise<SubmitResult> {
  const value = parsed(await readFile(path, 'utf8').catch(absent));
  if (typeof value !== 'object' || value === null) return { kind: 'none' };
  if ('reportVersion' in value && value.reportVersion === 1) return { kind: 'report', report: value as Report };
  if ('code' in value && 'remedy' in value) return { kind: 'problem', problem: value as Problem };
  return { kind: 'none' };
}

function absent(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return '';
  throw error;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Half a file, or none: that is no result.
    return undefined;
  }
}
