import type { KnownCase } from './known-case.ts';

const head = `# Known answers

Small migrations whose answer is known, one table a topic: what is found in the unsafe one, and not in its safe twin.
Each is rehearsed in the scenarios that show it; the SQL is in \`test/known-answers/\`. \`npm test\` takes those that the
quiet run shows, and at least one of each topic; \`REHEARSAL_KNOWN_ANSWERS=all npm test -- known-answers\` takes all.
Where a source is named, it says why. What blocks is **bold**.
`;

/** What the suite covers, for people; kept as infra/docs/known-answers.md. */
export function asTable(cases: readonly KnownCase[]): string {
  const topics = [...Map.groupBy(cases, ({ topic }) => topic)].map(
    ([topic, own]) =>
      `## ${topic}\n\n| case | what goes wrong | found | scenarios |\n|---|---|---|---|\n${rows(own)}\n`,
  );
  return `${head}\n${topics.join('\n')}`;
}

const rows = (cases: readonly KnownCase[]): string =>
  cases
    .map(({ slug, says, source, finds, scenarios }) => {
      const found = finds.map(({ check, severity }) => (severity === 'blocks' ? `**${check}**` : check));
      const name = source === undefined ? slug : `[${slug}](${source})`;
      return `| ${name} | ${says} | ${[...new Set(found)].join(', ')} | ${scenarios.join(', ')} |`;
    })
    .join('\n');
