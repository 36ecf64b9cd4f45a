import { attempt, evidence, firstFile, secondFile } from '../../support/evidence.ts';

export const sentence = 'The transaction gives up after half a second, and the table of the second file is its own.';

const made = secondFile.map((each) =>
  each.ordinal === 7
    ? {
        ...each,
        locks: [{ relation: 'public.notes', mode: 'AccessExclusiveLock', heldMs: 3, source: 'held' } as const],
      }
    : each,
);

export default evidence({
  runs: { control: (run) => ({ ...run, attempts: [attempt({ statements: [...firstFile, ...made] })] }) },
});
