import { refuse } from './problems.ts';

/** A day is valid to its end in UTC. Throws the problem `invalid-request` for what is not in the future. */
export function expiryOf(until: string): Date {
  const expiry = new Date(until.length === 10 ? `${until}T23:59:59.999Z` : until);
  if (!Number.isNaN(expiry.getTime()) && expiry.getTime() > Date.now()) return expiry;
  throw refuse(
    'invalid-request',
    `\`until\` (${until}) is no point in the future.`,
    'Give a day as YYYY-MM-DD, or an ISO time.',
    [{ key: 'body.until', message: 'must be in the future' }],
  );
}
