import type { Logger } from 'pino';
import { RehearsalError } from '../../../shared/domain/problem.ts';
import type { DeliveryFailure, DueMessage, Webhooks } from '../../../shared/edge/ports/webhooks.ts';
import { type Sending, sendMessage } from './send-message.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** The wait after the first, second, … failure: the example schedule of Standard Webhooks, three days in all. */
export const retryDelaysMs: readonly number[] = [
  ...[5_000, 5 * minuteMs, 30 * minuteMs],
  ...[2, 5, 10, 14, 20, 24].map((hours) => hours * hourMs),
];
/** Whoever has answered nothing right for so long is asked no more. */
export const disableAfterMs = 5 * 24 * hourMs;
/** An attempt that nobody told the end of: its process is gone. */
const leaseMs = 2 * minuteMs;
const atOnce = 20;
const keptMs = 30 * 24 * hourMs;

export interface Delivery extends Sending {
  readonly webhooks: Webhooks;
  readonly now: () => Date;
  /** From 0 to 1: where in its span of time the next attempt falls. */
  readonly random: () => number;
  readonly log: Pick<Logger, 'warn'>;
}

/** Everything that is due, once; a failure is settled here and never thrown. The store's own are thrown. */
export async function deliverMessages(delivery: Delivery): Promise<void> {
  const due = await delivery.webhooks.takeDue(delivery.now(), leaseMs, atOnce);
  await Promise.all(due.map((message) => deliver(delivery, message)));
}

export async function forgetOldMessages({ webhooks, now }: Pick<Delivery, 'webhooks' | 'now'>): Promise<void> {
  await webhooks.forgetBefore(new Date(now().getTime() - keptMs));
}

async function deliver(delivery: Delivery, message: DueMessage): Promise<void> {
  const why = await attempt(delivery, message);
  if (why === undefined) return delivery.webhooks.delivered(message, delivery.now());
  const failure = judgeFailure(message, why, delivery.now(), delivery.random());
  const { disable, nextAt } = failure;
  // Not the address: a path may be a secret of the receiver.
  const told = { webhook: message.webhookId, message: message.id, attempt: message.attempts, why, disable, nextAt };
  delivery.log.warn(told, 'a webhook was not delivered');
  return delivery.webhooks.failed(message, failure);
}

/** undefined: it has arrived. */
async function attempt(delivery: Delivery, message: DueMessage): Promise<string | undefined> {
  try {
    const status = await sendMessage(message, delivery.now(), delivery);
    if (status >= 200 && status < 300) return undefined;
    return status >= 300 && status < 400 ? `status ${status}: redirects are not followed` : `status ${status}`;
  } catch (error) {
    return reasonOf(error);
  }
}

const gone = 'status 410';

export function judgeFailure(message: DueMessage, why: string, at: Date, random: number): DeliveryFailure {
  const delayMs = retryDelaysMs[message.attempts - 1];
  // Many messages that failed together must not come back together.
  const nextAt = delayMs === undefined ? null : new Date(at.getTime() + delayMs * (0.8 + 0.4 * random));
  const since = message.failingSince ?? at;
  const disable = why === gone || at.getTime() - since.getTime() >= disableAfterMs;
  return { at, why, nextAt: disable ? null : nextAt, disable };
}

/** The guard's own words, or the code of what the network said; texts of others may hold addresses. */
function reasonOf(error: unknown): string {
  if (error instanceof RehearsalError) return `${error.code}: ${error.message}`;
  if (!(error instanceof Error)) return 'failed';
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'no answer in time';
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : error.name;
}
