import type { Actor } from './audit.ts';

export const webhookEvents = ['rehearsal.status', 'rehearsal.verdict'] as const;
export type WebhookEvent = (typeof webhookEvents)[number];

export interface NewWebhook {
  readonly url: string;
  /** Absent: of every service. */
  readonly service?: string;
  readonly events: readonly WebhookEvent[];
}

export interface StoredWebhook extends NewWebhook {
  readonly id: string;
  readonly createdBy: string;
  readonly createdAt: Date;
  /** Of the first failure since the last success. */
  readonly failingSince: Date | null;
  readonly lastFailure: string | null;
  readonly disabledAt: Date | null;
}

/** One attempt that is ours to make until its lease ends. */
export interface DueMessage {
  readonly id: string;
  readonly webhookId: string;
  readonly url: string;
  readonly secret: Buffer;
  /** The bytes to send and to sign. */
  readonly body: string;
  /** This one included. */
  readonly attempts: number;
  readonly failingSince: Date | null;
}

/** Subscriptions, and the outbox that the store fills in the transaction of the event itself. */
export interface Webhooks {
  add(webhook: NewWebhook, secret: Buffer, by: Actor): Promise<StoredWebhook>;
  list(): Promise<readonly StoredWebhook[]>;
  /** false: there is none. What was not delivered yet goes with it. */
  remove(id: string, by: Actor): Promise<boolean>;
  /** Takes it out of its disabled state; what it missed meanwhile is not told again. */
  enable(id: string, by: Actor): Promise<StoredWebhook | null>;
  /** Those that are due, each for one attempt; nobody else gets them before the lease ends. */
  takeDue(now: Date, leaseMs: number, limit: number): Promise<readonly DueMessage[]>;
  delivered(message: DueMessage, now: Date): Promise<void>;
  failed(message: DueMessage, failure: DeliveryFailure): Promise<void>;
  /** Removes what was delivered or given up before then. */
  forgetBefore(then: Date): Promise<void>;
}

export interface DeliveryFailure {
  readonly at: Date;
  readonly why: string;
  /** null: it is given up. */
  readonly nextAt: Date | null;
  /** Nothing more is sent to this webhook until somebody enables it. */
  readonly disable: boolean;
}
