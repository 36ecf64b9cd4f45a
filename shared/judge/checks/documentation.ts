import type { Severity } from '../../domain/finding.ts';
import type { ReadingName } from '../collect-evidence.ts';
import { checks } from './index.ts';

/** What `GET /v1/checks` and the pages tell of a check. */
export interface CheckDocumentation {
  readonly id: string;
  readonly title: string;
  readonly why: string;
  /** null: whatever it finds has its severity. */
  readonly rule: string | null;
  readonly severity: Severity;
  readonly needs: readonly ReadingName[];
  readonly incident: string | null;
}

export const checkCatalogue = (): readonly CheckDocumentation[] =>
  checks.map(({ id, title, why, rule = null, severity, needs, incident = null }) => ({
    id,
    title,
    why,
    rule,
    severity,
    needs,
    incident,
  }));
