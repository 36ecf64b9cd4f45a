/**
 * Whether a statement says in so many words that rows of this table go: DELETE, TRUNCATE or DROP with its name. The
 * one place where the text decides (CHECKS.md, lost-rows), and only over how loud a finding is.
 */
export function namesAsGoing(sql: string, relation: string): boolean {
  const name = nameOf(relation);
  return [...sql.matchAll(going)].some(({ groups }) => name.test(groups?.names ?? ''));
}

/** Whether a statement that changed rows names this table as the one whose rows it changes; only to name its sender. */
export function namesAsWritten(sql: string, relation: string): boolean {
  const name = nameOf(relation);
  return [...sql.matchAll(written)].some(({ groups }) => name.test(groups?.name ?? ''));
}

const written =
  /\b(?:insert\s+into|update(?:\s+only)?|delete\s+from(?:\s+only)?|merge\s+into)\s+(?<name>(?:"(?:[^"]|"")+"|[\w$]+)(?:\s*\.\s*(?:"(?:[^"]|"")+"|[\w$]+))?)/gi;

function nameOf(relation: string): RegExp {
  const [schema = '', bare = ''] = split(relation);
  const ident = (name: string) =>
    `(?:"${escaped(name.replaceAll('"', '""'))}"|(?<![\\w$"])${escaped(name)}(?![\\w$"]))`;
  return new RegExp(`(?:${ident(schema)}\\s*\\.\\s*|(?<![.\\w"]|\\.\\s))${ident(bare)}`, 'i');
}

/** The list of names ends with the first word that can follow it. */
const going =
  /\b(?:delete\s+from|truncate(?:\s+table)?|drop\s+table(?:\s+if\s+exists)?)\s+(?<names>(?:(?!\b(?:where|using|returning|cascade|restrict|restart|continue|as)\b)["\w$.,*\s])+)/gi;

const split = (relation: string): readonly [string, string] => {
  const dot = relation.indexOf('.');
  return [relation.slice(0, dot), relation.slice(dot + 1)];
};

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
