/** What a report that people read shows at most; report.json holds all of it. */
export const limits = {
  /** The sentence must be read in ten seconds. */
  sentenceTitleCharacters: 180,
  storyLines: 7,
  /** No single name, message or reason of a stranger takes more of a page. */
  valueCharacters: 4000,
  summaryCharacters: 1200,
  remedySqlCharacters: 4000,
  statementCharacters: 400,
  statementsOfRun: 200,
  /** Findings of one check that are told in full; the others are named. */
  findingsOfCheck: 20,
  checksOfPage: 60,
  runsOfPage: 200,
  hintsOfPage: 200,
  hintsOfTerminal: 20,
  /** GitHub refuses notes from 65,536 characters on, others sooner or later; bytes are the safer count. */
  noteBytes: 60_000,
  noteFindings: 20,
  /** Of each list in a note: not judged, not tested, hints. */
  noteLines: 8,
  terminalColumns: 100,
  /** One test case of JUnit holds all findings of its check. */
  caseCharacters: 100_000,
  nameCharacters: 400,
} as const;
