import type { SourceStatement } from '../../shared/domain/bundle.ts';

/**
 * Finds the file and line of a statement by its text, each source statement used in turn, so that the same text in two
 * files is told apart by order. A message of several statements is found by its first.
 */
export function matchSource(
  sources: readonly SourceStatement[],
  files: readonly string[],
): (sql: string) => { readonly file?: string; readonly line?: number } {
  const waiting = sources
    .filter((source) => files.length === 0 || files.includes(source.file))
    .map((source) => ({ source, text: squeeze(source.sql) }));
  return (sql) => {
    const text = squeeze(sql);
    const index = waiting.findIndex((candidate) => candidate.text === text);
    const found = waiting[index];
    if (found === undefined) return {};
    waiting.splice(index, 1);
    return { file: found.source.file, line: found.source.line };
  };
}

const squeeze = (sql: string): string => sql.trim().replace(/;\s*$/, '').trim();
