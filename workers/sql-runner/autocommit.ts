/** Whatever controls transactions or refuses a transaction block is written with one of these words. */
const tellingWords =
  /\b(?:begin|start|commit|end|rollback|abort|prepare|system|database|tablespace|call|subscription|concurrently|vacuum|cluster|discard|reindex)\b/i;

/**
 * Whether one of the statements cannot be part of a transaction that the runner begins. Only the grammar can tell;
 * it is loaded where a word gives reason to ask it, as that takes as long as everything else that a small file needs.
 */
export async function needAutocommit(statements: readonly string[]): Promise<boolean> {
  const telling = statements.filter((sql) => tellingWords.test(sql));
  if (telling.length === 0) return false;
  const { needsAutocommit } = await import('./transaction-shape.ts');
  return telling.some(needsAutocommit);
}
