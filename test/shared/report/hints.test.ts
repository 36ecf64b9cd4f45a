import { describe, expect, it } from 'vitest';
import type { StaticHint } from '../../../shared/domain/hint.ts';
import type { Evidence } from '../../../shared/domain/observation.ts';
import { observed, unobserved } from '../../../shared/domain/observed.ts';
import { judge } from '../../../shared/judge/judge.ts';
import { render } from '../../../shared/report/render.ts';
import * as green from '../../support/evidence.ts';
import { redEvidence, reportOf } from './reports.ts';

const file = 'migrations/0023.up.sql';
const alter = { file, line: 3, endLine: 4, sql: 'ALTER TABLE alerts ADD COLUMN seen_at timestamptz' };
const create = { file, line: 9, endLine: 9, sql: 'CREATE TABLE notes (id bigint)' };

/** The green rehearsal as the built-in runner would have made it: statements know their file and line. */
function fromFiles(evidence: Evidence): Evidence {
  const placed = (statement: (typeof green.firstFile)[number]) =>
    statement.sql.startsWith('ALTER TABLE') ? { ...statement, file, line: 3 } : statement;
  const [phase] = evidence.bundle.manifest.phases;
  if (phase === undefined) throw new Error('the green rehearsal has a phase');
  const run = { kind: 'sql', files: [file], ledger: 'schema_migrations', transaction: 'per-file' } as const;
  return {
    ...evidence,
    bundle: {
      ...evidence.bundle,
      statements: [alter, create],
      manifest: { ...evidence.bundle.manifest, phases: [{ ...phase, run }] },
    },
    runs: evidence.runs.map((result) => ({
      ...result,
      attempts: result.attempts.map((attempt) => ({ ...attempt, statements: attempt.statements.map(placed) })),
    })),
  };
}

const hint = (changes: Partial<StaticHint> = {}): StaticHint => ({
  file,
  line: 4,
  endLine: 4,
  rule: 'require-lock-timeout',
  message: 'Missing `set lock_timeout`',
  ...changes,
});
const withHints = (evidence: Evidence, ...hints: readonly StaticHint[]): Evidence => ({
  ...evidence,
  staticHints: observed(hints),
});
const greenFiles = () => fromFiles(green.evidence());
const redFiles = () => fromFiles(redEvidence());
const answersOf = (evidence: Evidence) =>
  (reportOf(evidence).hints ?? []).map(({ line, rule, status, because }) => ({ line, rule, status, because }));

describe('a static hint beside what was observed', () => {
  it('is confirmed by a finding at its statement, and names it', () => {
    const [first] = answersOf(withHints(redFiles(), hint()));
    expect(first).toMatchObject({
      status: 'confirmed',
      because: expect.stringMatching(/^(lost-to-lock-timeout|lock-queue-pileup): /),
    });
  });

  it('did not happen where the lock was held and nobody waited, with both figures', () => {
    const [first] = answersOf(withHints(greenFiles(), hint()));
    expect(first?.status).toBe('not-observed');
    expect(first?.because).toMatch(
      /^its lock, which blocks reads and writes of public\.alerts, was held .+, and no transaction/,
    );
  });

  it('is not looked at where no traffic ran, where no run reached the statement, and where it speaks of style', () => {
    const quiet = greenFiles();
    const silent = { ...quiet, runs: quiet.runs.map(({ load, ...run }) => run) };
    const statuses = (evidence: Evidence, changes: Partial<StaticHint>) =>
      answersOf(withHints(evidence, hint(changes)))[0]?.status;
    expect(statuses(silent, {})).toBe('not-looked');
    expect(statuses(quiet, { line: 9, endLine: 9 })).toBe('not-looked');
    expect(statuses(quiet, { rule: 'prefer-text-field' })).toBe('not-looked');
    expect(statuses(quiet, { rule: 'a-rule-of-tomorrow' })).toBe('not-looked');
  });

  it('of versions did not happen only where every version was asked on every state that it must live on', () => {
    const quiet = greenFiles();
    const rename = hint({ rule: 'renaming-column' });
    expect(answersOf(withHints(quiet, rename))[0]).toMatchObject({
      status: 'not-observed',
      because: expect.stringContaining('each version works on every state'),
    });
    const unasked = { ...quiet, runs: quiet.runs.filter(({ spec }) => spec.scenario !== 'compatibility') };
    expect(answersOf(withHints(unasked, rename))[0]?.status).toBe('not-looked');
  });

  it('is missing for what was found at a statement of which the linter says nothing, and that is told', () => {
    const answers = answersOf(withHints(redFiles(), hint({ line: 9, endLine: 9 })));
    const surprises = answers.filter(({ status }) => status === 'not-predicted');
    expect(surprises.map(({ rule }) => rule)).toContain('swallowed-error');
    expect(surprises.every(({ line }) => line === 3)).toBe(true);
    expect(answersOf(withHints(redFiles(), hint())).filter(({ status }) => status === 'not-predicted')).toEqual([]);
  });
});

describe('hints never decide', () => {
  it.each([
    ['green', greenFiles()],
    ['red', redFiles()],
  ])(
    'the judgement and all else of a %s report is the same with them, without them and where they failed',
    (_, evidence) => {
      const plain = reportOf(evidence);
      const rules = [
        'require-lock-timeout',
        'renaming-column',
        'syntax-error',
        'prefer-robust-stmts',
        'changing-column-type',
      ];
      const told = withHints(evidence, ...rules.map((rule) => hint({ rule })));
      const { hints, ...rest } = reportOf(told);
      expect(hints?.length).toBeGreaterThan(4);
      expect(rest).toEqual(plain);
      expect(judge(told)).toEqual(judge(evidence));
      const { hintsUnavailable, ...others } = reportOf({ ...evidence, staticHints: unobserved('it is not installed') });
      expect(hintsUnavailable).toBe('it is not installed');
      expect(others).toEqual(plain);
    },
  );
});

describe('hints for readers', () => {
  it('stand in the page, in the text and in the note, with what was seen', () => {
    const report = reportOf(withHints(greenFiles(), hint()));
    expect(render('html', report)).toContain('<strong>did not happen</strong>');
    expect(render('text', report).replace(/\s+/g, ' ')).toContain(`${file}:4 require-lock-timeout: Missing`);
    expect(render('markdown', report)).toContain('1 hint');
    expect(render('html', { ...report, hints: [] })).toContain('It has nothing to say');
  });

  it('say on the page why there are none, and are left out where nobody asked', () => {
    const report = reportOf({ ...greenFiles(), staticHints: unobserved('squawk-cli is not installed') });
    expect(render('html', report)).toContain('There are no hints: squawk-cli is not installed.');
    expect(render('html', reportOf(greenFiles()))).not.toContain('id="hints"');
  });

  it('with text of strangers stay text in every form', () => {
    const strange = hint({ rule: '<b>|`', message: '</td><script>x</script> @all\n# x' });
    const report = reportOf(withHints(greenFiles(), strange));
    expect(render('html', report)).not.toContain('<script');
    expect(render('markdown', report)).not.toMatch(/<script|^# x|@all/m);
  });
});
