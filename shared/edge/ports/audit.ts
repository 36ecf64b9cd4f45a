/** Who does something, and in which request. */
export interface Actor {
  readonly name: string;
  /** Absent: nobody asked for it by HTTP. */
  readonly requestId?: string;
}

export const auditActions = [
  'gate',
  'judge',
  'cancel',
  'rerun',
  'waive',
  'override',
  'post-schema',
  'make-token',
  'rotate-token',
  'revoke-token',
  'make-webhook',
  'enable-webhook',
  'remove-webhook',
  'self-check',
] as const;
export type AuditAction = (typeof auditActions)[number];

export interface AuditEntry {
  readonly action: AuditAction;
  readonly actor: string;
  /** null: it concerns no single service. */
  readonly service: string | null;
  /** What it was done to: a rehearsal, a version, a token, a webhook, a worker. */
  readonly subject: string;
  readonly requestId: string | null;
  readonly detail: unknown;
}

export interface StoredAuditEntry extends AuditEntry {
  readonly id: number;
  readonly at: Date;
}

export interface AuditFilter {
  readonly service?: string;
  readonly action?: AuditAction;
  readonly subject?: string;
  /** Only those before this id. */
  readonly before?: number;
  readonly limit: number;
}

/** What was decided, by whom and when. It only grows: the database refuses everything else. */
export interface Audit {
  record(entry: AuditEntry): Promise<void>;
  /** Recorded only where it says something else than the newest entry of this action and subject. */
  recordChange(entry: AuditEntry): Promise<void>;
  /** Newest first. */
  list(filter: AuditFilter): Promise<readonly StoredAuditEntry[]>;
}
