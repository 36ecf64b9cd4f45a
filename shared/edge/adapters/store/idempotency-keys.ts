import { RehearsalError } from '../../../domain/problem.ts';
import type { IdempotencyKey, StoredRehearsal } from '../../ports/store.ts';
import type { Ask } from './database.ts';
import { type RehearsalRow, rehearsalColumns, rehearsalOf } from './rehearsal-row.ts';

/** First half of two-part advisory lock keys; the other half is the hash of an owner and its key. */
const keyLocks = 727_131;

/** The rehearsal that a key stands for. Throws RehearsalError `idempotency-key-reused`. */
export async function boundTo(rows: Ask, { owner, key, request }: IdempotencyKey): Promise<StoredRehearsal | null> {
  const [bound] = await rows<RehearsalRow & { readonly question: string }>(
    `WITH bound AS (SELECT question, rehearsal_id FROM idempotency_keys WHERE owner = $1 AND key = $2)
     SELECT question, ${rehearsalColumns} FROM bound JOIN rehearsals ON id = rehearsal_id`,
    [owner, key],
  );
  if (bound === undefined) return null;
  if (bound.question !== request) throw reusedKey(key);
  return rehearsalOf(bound);
}

type Submitted = { readonly rehearsal: StoredRehearsal; readonly created: boolean };

/**
 * Within the caller's transaction. Whoever comes with the same key meanwhile waits here, before anything of theirs is
 * there, and hears then what became of it.
 */
export async function boundOnce(rows: Ask, key: IdempotencyKey, submit: () => Promise<Submitted>): Promise<Submitted> {
  await rows('SELECT pg_advisory_xact_lock($1, hashtext($2))', [keyLocks, `${key.owner} ${key.key}`]);
  const bound = await boundTo(rows, key);
  if (bound !== null) return { rehearsal: bound, created: false };
  const submitted = await submit();
  await rows('INSERT INTO idempotency_keys (owner, key, question, rehearsal_id) VALUES ($1, $2, $3, $4)', [
    ...[key.owner, key.key, key.request, submitted.rehearsal.id],
  ]);
  return submitted;
}

function reusedKey(key: string): RehearsalError {
  return new RehearsalError(
    'bundle',
    'idempotency-key-reused',
    `The Idempotency-Key ${key} was used for another request.`,
    'Make a new key for every bundle; keep it only to send the same bundle, seed and environment again.',
  );
}
