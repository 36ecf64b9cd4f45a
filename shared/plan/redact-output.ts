import { storable } from './storable-text.ts';

/**
 * What a program wrote may hold any row's values: a word stays only where it is known, a number only where it is short.
 */
export function redactOutput(line: string, identifiers: ReadonlySet<string>, words: ReadonlySet<string>): string {
  return storable(line).replace(wordPattern, (word) => (isKnown(word, identifiers, words) ? word : '…'));
}

/** Every word of a text, in lower case; parts of `camelCase` and `snake_case` are words too. */
export function wordsOf(text: string): ReadonlySet<string> {
  const words = new Set<string>();
  for (const [word] of text.matchAll(wordPattern)) {
    words.add(word.toLowerCase());
    for (const part of word.split(/_|(?<=[a-z])(?=[A-Z])/)) words.add(part.toLowerCase());
  }
  return words;
}

const wordPattern = /[\p{L}\p{N}_$]+/gu;

/** Status codes, lines, columns and milliseconds have so few digits; what identifies somebody has more. */
const shortNumber = /^\d{1,3}(ms|s)?$/;
/** SQLSTATEs of classes that tools print: syntax and schema, integrity, locks, cancellation, raised. */
const sqlstate =
  /^(?:0A000|22\d\d\d|23[5P]\d\d|25\d\d\d|40[0P]\d\d|42\w\d\d|42[6-9]\d\d|53\d\d\d|55\w\d\d|57\w\d\d|P000\d)$/;

function isKnown(word: string, identifiers: ReadonlySet<string>, words: ReadonlySet<string>): boolean {
  if (shortNumber.test(word) || sqlstate.test(word)) return true;
  const lower = word.toLowerCase();
  return (
    plainWords.has(lower) ||
    runnerWords.has(lower) ||
    words.has(lower) ||
    identifiers.has(word) ||
    identifiers.has(lower)
  );
}

/** What servers, runtimes and shells say of themselves. */
const plainWords: ReadonlySet<string> = new Set(
  `a able about access accept accepted after again all already an and any app application are argument arguments as at
  authentication await be because been before below block bound but by bytes cached call can cancel canceled canceling
  cannot cause caused change check client closed code column columns command commands commit concurrent conflict
  conflicts connect connected connecting connection connections constraint contains context could create current
  cursor data database deadlock default depend depends detail detected did directory do does done driver drop due
  duplicate during econnrefused econnreset eacces eaddrinuse enoent epipe etimedout either empty end ended error errors
  exceeded exception exist exists exit exited expected fail failed failing failure false fatal file files first for
  foreign found from function get group had has have heap held hint host id idle if immediately in index information
  initialize input insert instead internal into invalid is it its java javascript js json key killed last
  ledger limit line
  lines listen listening localhost lock locked log looking lost match maximum memory message migrate migration
  migrations missing mjs mode module modules more must name named near needs new next no node none nor not nothing npm
  null number object of on one only open operation operator option or out output parameter parent password path pending
  permission plan please pool port postgres postgresql prepared primary process program promise psql python query
  queued rails read reading ready recovery refused refusing relation relations reached remaining request required
  reset resource result retry retries retrying role rolled rollback row rows ruby run running runtime schema script
  second seconds select sequence server session set settings shutdown shutting signal size skipped skipping so sql
  sqlstate stack start started starting state statement statements status still stop stopped subquery such succeeded
  supported switch syntax system table tables task terminated terminating test than that the their then there this
  throw thrown time timed timeout timestamp to too transaction trigger true try trying type typeerror unable
  unexpected unhandled unique unknown unlock until update user uses value values version view violates wait waited
  waiting warn warning was were when while will with within without write writing wrong yet`.split(/\s+/),
);

/** What our own runner of SQL files says besides. */
const runnerWords: ReadonlySet<string> = new Set(
  `applied began begins both committed copy digits ends entry give holds inside integers nul phase psql reads remove runs
  save say sends sent stdin take text them utf versions which would`.split(/\s+/),
);
