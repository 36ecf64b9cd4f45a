import { createHmac, timingSafeEqual } from 'node:crypto';

/** In lower case, as Node names it. */
export const signatureHeader = 'x-gitlab-signature';

/** Before anything is read of the body: whether there can be a signature at all. */
export const looksSigned = (signature: unknown): signature is string =>
  typeof signature === 'string' && /^[0-9a-f]{64}$/.test(signature);

/**
 * HMAC-SHA-256 over the bytes of the body, in hex: https://docs.gitlab.com/user/project/merge_requests/status_checks/.
 * It holds no time. A call that somebody sends again is only answered again, as the gate says by then.
 */
export function isSignedBy(secret: string, signature: unknown, body: Buffer): boolean {
  if (!looksSigned(signature)) return false;
  return timingSafeEqual(createHmac('sha256', secret).update(body).digest(), Buffer.from(signature, 'hex'));
}
