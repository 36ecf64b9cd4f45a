import type { RehearsalId } from '../../../domain/ids.ts';
import type { EventKind, Events, StoredEvent } from '../../ports/store.ts';
import type { Ask, Database } from './database.ts';
import { putInOutbox } from './webhooks.ts';

export function openEvents(database: Database): Events {
  return {
    append: (id, kind, content) => database.transaction((rows) => appendEvent(rows, id, kind, content)),
    after: (id, number, limit) =>
      database.rows<StoredEvent>(
        `SELECT number::float8 AS number, kind, content, at FROM events
          WHERE rehearsal_id = $1 AND number > $2 ORDER BY number LIMIT $3`,
        [id, number, limit],
      ),
  };
}

/**
 * Within the caller's transaction. The number comes from the rehearsal's own row, whose lock is held until commit:
 * events become visible in order and without gaps, which a sequence would not promise to a reader that resumes.
 */
export async function appendEvent(rows: Ask, id: RehearsalId, kind: EventKind, content: unknown): Promise<void> {
  await numberEvent(rows, id, kind, content);
  await putInOutbox(rows, id, kind, content);
}

/** As above, for those who watch and for no webhook. */
export async function numberEvent(rows: Ask, id: RehearsalId, kind: EventKind, content: unknown): Promise<void> {
  await rows(
    `WITH counted AS (UPDATE rehearsals SET last_event = last_event + 1 WHERE id = $1 RETURNING last_event)
     INSERT INTO events (rehearsal_id, number, kind, content) SELECT $1, last_event, $2, $3 FROM counted`,
    [id, kind, JSON.stringify(content)],
  );
}
