import type { Severity } from '../../domain/finding.ts';
import type { ReadingName } from '../collect-evidence.ts';
import { checks } from './index.ts';

/** What `GET /v1/checks` and the pages tell of a check. */
export interface CheckDocumentation {
  readonly id: string;
  readonly title: string;
  readonly why: string;
  readonly severity: Severity;
  readonly needs: readonly ReadingName[];
  readonly incident: string | null;
}

export const checkCatalogue = (): readonly CheckDocumentation[] =>
  checks.map(({ id, title, why, severity, needs, incident = null }) => ({ id, title, why, severity, needs, incident }));
