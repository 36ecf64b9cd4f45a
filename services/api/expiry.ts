import { parseDay } from '../../shared/plan/units.ts';
import { refuse } from './problems.ts';

/**
 * A day is valid to its end in UTC; a time without a zone is in UTC, wherever the server stands. Throws the problem
 * `invalid-request` for what is no day or time of the calendar, or not in the future.
 */
export function expiryOf(until: string): Date {
  const expiry = parsePoint(until);
  if (expiry === null) throw wrong(until, 'a day or time of the calendar');
  if (expiry.getTime() <= Date.now()) throw wrong(until, 'in the future');
  return expiry;
}

const timeOfDay = /^T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?$/;

/** Date knows a 30 February, and other forms of time that each server reads in its own way. */
function parsePoint(text: string): Date | null {
  const day = parseDay(text.slice(0, 10));
  const time = timeOfDay.exec(text.slice(10) || 'T23:59:59.999');
  if (day === null || time === null) return null;
  const point = new Date(`${day}${time[0]}${time[3] === undefined ? 'Z' : ''}`);
  return Number.isNaN(point.getTime()) ? null : point;
}

function wrong(until: string, what: string): Error {
  return refuse(
    'invalid-request',
    `\`until\` (${until}) is not ${what}.`,
    'Give a day as YYYY-MM-DD, or an ISO time.',
    [{ key: 'body.until', message: `must be ${what}` }],
  );
}
