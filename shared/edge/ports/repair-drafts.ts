import type { DatabaseState } from '../../domain/schema.ts';
import type { ServerAddress, SqlSession } from './sql.ts';

/** What is known when somebody drafts a repair. */
export interface RepairQuestion {
  /** Where the migration leads. */
  readonly expected: DatabaseState;
  /** Where a run was left. */
  readonly actual: DatabaseState;
  /** A clone that really is where the migration leads: texts that a model only knows by their hash are read there. */
  readonly reference: SqlSession;
  /** Clones in the two states, for those who read them themselves; nothing is written there. */
  readonly at: { readonly damaged: ServerAddress; readonly reference: ServerAddress };
}

/** One way to close the gap; the statements are sent one by one, each in a transaction of its own. */
export interface RepairDraft {
  readonly statements: readonly string[];
  readonly by: string;
}

/**
 * Drafts SQL that would turn one state into another. Nobody trusts a draft: it is shown to people only after it was
 * applied to a clone in that state and led where it should. What would lose data is not drafted.
 */
export interface RepairDrafts {
  /** Best first; none where nothing can be said. */
  draft(question: RepairQuestion): Promise<readonly RepairDraft[]>;
  /** Who is asked where none of these led where it should. */
  readonly otherwise?: RepairDrafts;
}
