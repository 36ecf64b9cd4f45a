import { randomBytes } from 'node:crypto';
import type { RehearsalId } from '../../../domain/ids.ts';
import type { Actor, AuditAction } from '../../ports/audit.ts';
import type { EventKind } from '../../ports/store.ts';
import type {
  DeliveryFailure,
  DueMessage,
  NewWebhook,
  StoredWebhook,
  WebhookEvent,
  Webhooks,
} from '../../ports/webhooks.ts';
import { recordAudit } from './audit.ts';
import type { Ask, Database } from './database.ts';

export function openWebhooks(database: Database): Webhooks {
  const { rows } = database;
  return {
    add: (webhook, secret, by) => database.transaction((ask) => add(ask, webhook, secret, by)),
    list: async () =>
      (await rows<WebhookRow>(`SELECT ${columns} FROM webhooks ORDER BY created_at, id`)).map(webhookOf),
    remove: (id, by) =>
      database.transaction(async (ask) => (await change(ask, id, 'remove-webhook', removeSql, by)) !== null),
    enable: (id, by) => database.transaction((ask) => change(ask, id, 'enable-webhook', enableSql, by)),
    takeDue: (now, leaseMs, limit) => takeDue(rows, now, leaseMs, limit),
    delivered: (message, now) =>
      database.transaction(async (ask) => {
        await ask(
          `UPDATE webhooks SET failing_since = NULL, last_failure = NULL WHERE id = $1 AND failing_since IS NOT NULL`,
          [message.webhookId],
        );
        await ask('UPDATE webhook_messages SET delivered_at = $2 WHERE id = $1', [message.id, now]);
      }),
    failed: (message, failure) => database.transaction((ask) => failed(ask, message, failure)),
    forgetBefore: async (then) => {
      await rows('DELETE FROM webhook_messages WHERE delivered_at < $1 OR given_up_at < $1', [then]);
    },
  };
}

async function add(rows: Ask, { url, service, events }: NewWebhook, secret: Buffer, by: Actor): Promise<StoredWebhook> {
  const [row] = await rows<WebhookRow>(
    `INSERT INTO webhooks (id, url, service, events, secret, created_by) VALUES ($1, $2, $3, $4, $5, $6)
     RETURNING ${columns}`,
    [`wh_${randomBytes(8).toString('hex')}`, url, service ?? null, events, secret, by.name],
  );
  if (row === undefined) throw new Error('INSERT … RETURNING gave no row');
  await audit(rows, 'make-webhook', row, by);
  return webhookOf(row);
}

async function change(
  rows: Ask,
  id: string,
  action: AuditAction,
  sql: string,
  by: Actor,
): Promise<StoredWebhook | null> {
  const [row] = await rows<WebhookRow>(sql, [id]);
  if (row === undefined) return null;
  await audit(rows, action, row, by);
  return webhookOf(row);
}

function audit(rows: Ask, action: AuditAction, { id, url, service, events }: WebhookRow, by: Actor): Promise<void> {
  return recordAudit(rows, {
    ...{ action, actor: by.name, service, subject: id, detail: { url, events } },
    requestId: by.requestId ?? null,
  });
}

/** Within the transaction of the event that is told: there is no event without its messages, and no message without. */
export async function putInOutbox(rows: Ask, id: RehearsalId, kind: EventKind, content: unknown): Promise<void> {
  if (kind !== 'status' && kind !== 'verdict') return;
  const event: WebhookEvent = `rehearsal.${kind}`;
  await rows(
    `INSERT INTO webhook_messages (webhook_id, body)
     SELECT webhooks.id, json_build_object('type', $2::text, 'timestamp', to_char(now() AT TIME ZONE 'UTC', ${isoTime}),
       'data', json_build_object('id', r.id, 'service', r.service, 'version', r.version, 'environment', r.environment,
         'attempt', r.attempt, 'bundle', r.bundle_digest, 'status', coalesce($3::json->>'status', r.status),
         'verdict', r.verdict, 'sentence', r.sentence))
       FROM webhooks, rehearsals r
      WHERE r.id = $1 AND webhooks.disabled_at IS NULL AND $2 = ANY(webhooks.events)
        AND (webhooks.service IS NULL OR webhooks.service = r.service)`,
    [id, event, JSON.stringify(content)],
  );
}

const isoTime = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;

/** The lease is the new due time: whoever dies in the midst of an attempt has made one that failed. */
async function takeDue(rows: Ask, now: Date, leaseMs: number, limit: number): Promise<readonly DueMessage[]> {
  const found = await rows<DueRow>(
    `WITH due AS (
       SELECT m.id FROM webhook_messages m JOIN webhooks w ON w.id = m.webhook_id
        WHERE m.due_at <= $1 AND m.delivered_at IS NULL AND m.given_up_at IS NULL AND w.disabled_at IS NULL
        ORDER BY m.due_at LIMIT $3 FOR UPDATE OF m SKIP LOCKED)
     UPDATE webhook_messages m SET attempts = attempts + 1, due_at = $2 FROM due, webhooks w
      WHERE m.id = due.id AND w.id = m.webhook_id
      RETURNING m.id, m.webhook_id, m.body::text AS body, m.attempts, w.url, w.secret, w.failing_since`,
    [now, new Date(now.getTime() + leaseMs), limit],
  );
  return found.map((row) => ({
    id: row.id,
    webhookId: row.webhook_id,
    url: row.url,
    secret: row.secret,
    body: row.body,
    attempts: row.attempts,
    failingSince: row.failing_since,
  }));
}

/** The webhook's row first, here and wherever both are written: two messages of one webhook may end at once. */
async function failed(rows: Ask, message: DueMessage, { at, why, nextAt, disable }: DeliveryFailure): Promise<void> {
  await rows(
    `UPDATE webhooks SET failing_since = coalesce(failing_since, $2), last_failure = $3,
       disabled_at = CASE WHEN $4 THEN $2 ELSE disabled_at END WHERE id = $1`,
    [message.webhookId, at, why, disable],
  );
  await rows(
    `UPDATE webhook_messages SET due_at = coalesce($2, due_at),
       given_up_at = CASE WHEN $2::timestamptz IS NULL THEN $3::timestamptz END WHERE id = $1`,
    [message.id, nextAt, at],
  );
  // What waits for a webhook that is off would arrive weeks late once somebody enables it.
  if (disable) {
    await rows(
      `UPDATE webhook_messages SET given_up_at = $2
        WHERE webhook_id = $1 AND delivered_at IS NULL AND given_up_at IS NULL`,
      [message.webhookId, at],
    );
  }
}

/** The secret is in none of them. */
const columns = 'id, url, service, events, created_by, created_at, failing_since, last_failure, disabled_at';
const removeSql = `DELETE FROM webhooks WHERE id = $1 RETURNING ${columns}`;
const enableSql = `UPDATE webhooks SET disabled_at = NULL, failing_since = NULL, last_failure = NULL WHERE id = $1
  RETURNING ${columns}`;

interface WebhookRow {
  readonly id: string;
  readonly url: string;
  readonly service: string | null;
  readonly events: readonly WebhookEvent[];
  readonly created_by: string;
  readonly created_at: Date;
  readonly failing_since: Date | null;
  readonly last_failure: string | null;
  readonly disabled_at: Date | null;
}

interface DueRow {
  readonly id: string;
  readonly webhook_id: string;
  readonly body: string;
  readonly attempts: number;
  readonly url: string;
  readonly secret: Buffer;
  readonly failing_since: Date | null;
}

function webhookOf(row: WebhookRow): StoredWebhook {
  return {
    id: row.id,
    url: row.url,
    ...(row.service === null ? {} : { service: row.service }),
    events: row.events,
    createdBy: row.created_by,
    createdAt: row.created_at,
    failingSince: row.failing_since,
    lastFailure: row.last_failure,
    disabledAt: row.disabled_at,
  };
}
