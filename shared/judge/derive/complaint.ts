/** What tools in all languages call it when something went wrong; frames of a stack are no words of theirs. */
const complains = /\b(error|exception|fatal|failed|failure|denied|refused?|abort(ed)?|panic|cannot|invalid|wrong)\b/i;
const isFrame = /^\s*(at |File "|from )/;

/**
 * Of the last lines that a command wrote, the one that says why it ended: the last that complains, with the line that
 * announces it, or that it announces; else the last one at all.
 */
export function complaintIn(outputTail: readonly string[]): string | undefined {
  const lines = outputTail.map((line) => line.trim()).filter((line) => line !== '');
  const at = lines.findLastIndex((line) => complains.test(line) && !isFrame.test(line));
  if (at < 0) return lines.at(-1);
  const isAnnounced = announces(lines[at - 1]) && complains.test(lines[at - 1] ?? '');
  return lines.slice(isAnnounced ? at - 1 : at, announces(lines[at]) ? at + 2 : at + 1).join(' ');
}

const announces = (line: string | undefined): boolean => line?.endsWith(':') === true;
