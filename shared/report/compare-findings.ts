import type { Finding } from '../domain/finding.ts';

export interface FindingChanges {
  /** Here and not there. */
  readonly appeared: readonly Finding[];
  /** There and no longer here. */
  readonly gone: readonly Finding[];
  /** In both, as they are here. */
  readonly same: readonly Finding[];
}

/**
 * Two rehearsals of different bundles: a statement that was inserted moves the numbers of those behind it. What is
 * equal to the letter is paired first, then what differs in nothing but the place of its statement; nothing is paired
 * twice.
 */
export function compareFindings(here: readonly Finding[], there: readonly Finding[]): FindingChanges {
  const exact = pair(here, there, (finding) => JSON.stringify([...placeless(finding), finding.ordinal ?? null]));
  const moved = pair(exact.appeared, exact.gone, (finding) => JSON.stringify(placeless(finding)));
  const isSame = new Set([...exact.same, ...moved.same]);
  return { appeared: moved.appeared, gone: moved.gone, same: here.filter((finding) => isSame.has(finding)) };
}

function pair(
  here: readonly Finding[],
  there: readonly Finding[],
  nameOf: (finding: Finding) => string,
): FindingChanges {
  const open = new Map<string, Finding[]>();
  for (const finding of there) open.set(nameOf(finding), [...(open.get(nameOf(finding)) ?? []), finding]);
  const same = here.filter((finding) => open.get(nameOf(finding))?.shift() !== undefined);
  return { same, appeared: here.filter((finding) => !same.includes(finding)), gone: [...open.values()].flat() };
}

/** CONTRACT section 4: a finding is one for its check, phase, statement, relation, application and state without run. */
const placeless = ({ check, phase, relation, app, state }: Finding): readonly (string | null)[] => [
  check,
  phase ?? null,
  relation ?? null,
  app ?? null,
  state?.replace(/ in \S+$/, '').replace(/ #\d+$/, '') ?? null,
];
