import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import type { DueMessage } from '../../../shared/edge/ports/webhooks.ts';
import { type AllowedNetworks, checkedAddress, type Resolve } from './guard-address.ts';

export interface Sending {
  readonly networks: AllowedNetworks;
  /** Of the whole attempt: name, connection, answer. */
  readonly timeoutMs: number;
  readonly resolve?: Resolve;
}

/**
 * One attempt; the status that was answered. Nothing of the answer is read but its status, and no redirect is followed:
 * it would lead past the guard. Throws what kept it from being sent.
 */
export async function sendMessage(message: DueMessage, at: Date, sending: Sending): Promise<number> {
  const signal = AbortSignal.timeout(sending.timeoutMs);
  const url = new URL(message.url);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const address = await Promise.race([checkedAddress(url, sending.networks, sending.resolve), aborted(signal)]);
  const body = Buffer.from(message.body);
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  const asked = request({
    // The address that was judged; the name is only told to the other side.
    host: address,
    port: url.port === '' ? undefined : Number(url.port),
    path: `${url.pathname}${url.search}`,
    method: 'POST',
    ...(isIP(host) === 0 ? { servername: host } : {}),
    headers: {
      host: url.host,
      'content-type': 'application/json',
      'content-length': body.length,
      'user-agent': 'Rehearsal',
      ...signed(message, at),
    },
    agent: false,
    signal,
  });
  // Whoever waits for the answer hears of errors before it; a connection that breaks after it has told what it had to.
  asked.on('error', () => undefined);
  const answered = once(asked, 'response') as Promise<[IncomingMessage]>;
  asked.end(body);
  const [response] = await answered;
  const status = response.statusCode ?? 0;
  response.destroy();
  return status;
}

/** https://github.com/standard-webhooks/standard-webhooks: id, seconds and body, signed with HMAC-SHA-256. */
function signed({ id, secret, body }: DueMessage, at: Date): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
}
