import type { Logger } from 'pino';
import { every } from '../../../shared/edge/adapters/every.ts';
import type { Webhooks } from '../../../shared/edge/ports/webhooks.ts';
import { deliverMessages, forgetOldMessages } from './deliver-messages.ts';
import type { AllowedNetworks } from './guard-address.ts';

const lookMs = 1_000;
const timeoutMs = 15_000;
const tidyMs = 60 * 60_000;

/** Looks for messages that are due until its scope is left; attempts under way end first. Any number may run. */
export function startWebhooks(options: {
  readonly webhooks: Webhooks;
  readonly networks: AllowedNetworks;
  readonly log: Logger;
}): AsyncDisposable {
  const delivery = { ...options, timeoutMs, now: () => new Date(), random: Math.random };
  const onError = (error: unknown) => options.log.error({ err: error }, 'webhooks could not be looked at');
  const stack = new AsyncDisposableStack();
  stack.use(every(lookMs, () => deliverMessages(delivery), onError));
  stack.use(every(tidyMs, () => forgetOldMessages(delivery), onError));
  return stack;
}
