import type { Report } from '../domain/report.ts';
import { checkCatalogue } from '../judge/checks/documentation.ts';

/** What the checks of a report are about, for a page that has no judge at hand. */
export function checkWords({ checks, findings }: Report) {
  const told = new Set([...checks.map(({ id }) => id), ...findings.map(({ check }) => check)]);
  return checkCatalogue()
    .filter(({ id }) => told.has(id))
    .map(({ id, title, why, incident }) => ({ id, title, why, incident }));
}
