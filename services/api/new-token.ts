import { randomBytes } from 'node:crypto';

export function newToken(): string {
  return `rht_${randomBytes(24).toString('base64url')}`;
}
