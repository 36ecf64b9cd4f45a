import { createHash } from 'node:crypto';
import type { Finding } from '../../domain/finding.ts';
import type { Report, ReportAttempt } from '../../domain/report.ts';
import { splitState } from '../phrases.ts';

/**
 * The identity of each finding, so that the same one is recognised in the next rehearsal. It holds the statement's
 * text and not its number or line: lines move when a file is edited. The second of two equal statements is another.
 */
export function fingerprints(report: Report): readonly string[] {
  const statements = statementNames(report);
  const taken = new Map<string, number>();
  return report.findings.map((finding) => {
    const { check, phase, relation, app, state } = finding;
    const point = state === undefined ? undefined : splitState(state).point;
    const identity = JSON.stringify([check, phase, statements(finding), relation, app, point]);
    const before = taken.get(identity) ?? 0;
    taken.set(identity, before + 1);
    const numbered = before === 0 ? identity : `${identity}#${before}`;
    return createHash('sha256').update(numbered).digest('hex').slice(0, 32);
  });
}

/** A statement by its text and by how often that text came before it in its phase; by its number where it is unknown. */
function statementNames({ runs }: Report): (finding: Finding) => readonly (string | number)[] | undefined {
  const named = new Map<ReportAttempt, ReadonlyMap<number, readonly [string, number]>>();
  return ({ evidence, phase, ordinal }) => {
    if (ordinal === undefined) return undefined;
    for (const id of evidence.runs) {
      const attempts = runs.find((run) => run.id === id)?.migration.filter((attempt) => attempt.phase === phase) ?? [];
      for (const attempt of attempts) {
        const names = named.get(attempt) ?? nameAll(attempt);
        named.set(attempt, names);
        const name = names.get(ordinal);
        if (name !== undefined) return name;
      }
    }
    return [ordinal];
  };
}

function nameAll({ statements }: ReportAttempt): ReadonlyMap<number, readonly [string, number]> {
  const seen = new Map<string, number>();
  return new Map(
    statements.map(({ ordinal, sql }) => {
      const text = sql.replace(/\s+/g, ' ').trim();
      const times = seen.get(text) ?? 0;
      seen.set(text, times + 1);
      return [ordinal, [text, times]];
    }),
  );
}
