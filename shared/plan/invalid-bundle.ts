import { type ProblemPlace, RehearsalError } from '../domain/problem.ts';

/** An archive can have as many as it has entries; so many are a megabyte where all of their texts are cut. */
const toldProblemsMax = 1000;
/** A name may be as long as the archive says. */
const toldCharsMax = 500;

/** One error for everything that is wrong with a bundle. */
export function invalidBundle(problems: readonly ProblemPlace[], cause?: unknown): RehearsalError {
  const told = problems.slice(0, toldProblemsMax).map(printable);
  const [first] = told;
  const place = first?.file === undefined ? '' : ` (${first.file}${first.line === undefined ? '' : `:${first.line}`})`;
  const unlisted = problems.length - told.length;
  const rest = unlisted > 0 ? `, of which ${unlisted} are not listed` : '';
  const more = problems.length > 1 ? ` And ${problems.length - 1} more${rest}.` : '';
  return new RehearsalError(
    'bundle',
    'invalid-bundle',
    `The bundle cannot be rehearsed: ${first?.message ?? 'it is unreadable.'}${place}${more}`,
    'Correct what each problem names and hand the bundle in again; nothing was started.',
    { problems: told, ...(cause === undefined ? {} : { cause }) },
  );
}

/** Names and texts of a stranger end in terminals: what steers one is shown as its number. */
function printable(place: ProblemPlace): ProblemPlace {
  return {
    ...place,
    message: shown(place.message),
    ...(place.file === undefined ? {} : { file: shown(place.file) }),
    ...(place.key === undefined ? {} : { key: shown(place.key) }),
  };
}

function shown(text: string): string {
  const cut = text.length > toldCharsMax ? `${text.slice(0, toldCharsMax)}…` : text;
  return cut.replace(
    /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    (char) => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}
