/** Enough to see what it is about. */
const linesMax = 5;
/** Where a line says its level it does so early; further on the word is part of what it tells. */
const levelWithin = 120;

/** Lines of a program's output that say of themselves that they are errors, the first ones. */
export const errorLines = (text: string): readonly string[] => text.split('\n').filter(isError).slice(0, linesMax);

function isError(line: string): boolean {
  const trimmed = line.trim();
  if (trimmed.startsWith('{')) return saysErrorInJson(trimmed);
  const head = trimmed.slice(0, levelWithin);
  return atLevel.test(head) || thrown.test(head) || /\blevel="?(?:error|fatal|critical|panic)\b/i.test(head);
}

/** `ERROR:` of psql and servers, `[ERROR]`, `2026-01-01 12:00:00,000 ERROR module - …`, `E, [date] ERROR -- : …`. */
const atLevel = /(?:^|[\s[(|:])(?:ERROR|FATAL|CRITICAL|SEVERE|PANIC)(?=[\s\])|:]|$)/;
/** `Error: …`, `TypeError: …`, `error: …`, as runtimes and tools print what they caught. */
const thrown = /^(?:[A-Za-z]*Error|error|fatal): /;

/** Log lines as objects; numbers are the levels of pino and bunyan. */
function saysErrorInJson(line: string): boolean {
  try {
    const { level, severity = level } = JSON.parse(line) as { level?: unknown; severity?: unknown };
    if (typeof severity === 'number') return severity >= 50;
    return typeof severity === 'string' && /^(?:error|fatal|critical|panic|alert|emergency)$/i.test(severity);
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
