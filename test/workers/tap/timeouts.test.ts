import { describe, expect, it } from 'vitest';
import { timeoutsAfter, timeoutsAtStart, timeoutsFor, timeoutsInForce } from '../../../workers/tap/timeouts.ts';

const fresh = timeoutsAtStart(new Map());
const fine = (statusAfter: 'I' | 'T' | 'E') => ({ completed: 1, failed: false, statusAfter });

describe('timeouts in force', () => {
  it.each([
    [{ options: '-c lock_timeout=5s -c statement_timeout=1min' }, { lock_timeout: 5000, statement_timeout: 60_000 }],
    [{ options: '--lock-timeout=250' }, { lock_timeout: 250, statement_timeout: null }],
    [{ options: '-clock_timeout=2\\ s' }, { lock_timeout: 2000, statement_timeout: null }],
    [
      { user: 'app', Statement_Timeout: '3s' },
      { lock_timeout: null, statement_timeout: 3000 },
    ],
    [{ application_name: 'lock_timeout=1s' }, { lock_timeout: null, statement_timeout: null }],
  ])('start with what the start-up packet says: %j', (parameters, expected) => {
    expect(timeoutsInForce(timeoutsAtStart(new Map(Object.entries(parameters))))).toEqual(expected);
  });

  it('go back to the start-up value on RESET, and to nothing known where there was none', () => {
    const started = timeoutsAtStart(new Map([['lock_timeout', '9s']]));
    for (const [state, expected] of [
      [started, 9000],
      [fresh, null],
    ] as const) {
      const changed = timeoutsAfter(state, "SET lock_timeout = '1s'", fine('I'));
      expect(timeoutsInForce(changed).lock_timeout).toBe(1000);
      expect(timeoutsInForce(timeoutsAfter(changed, 'RESET lock_timeout', fine('I'))).lock_timeout).toBe(expected);
    }
  });

  it('of one message are those that its last real statement meets', () => {
    const ofMessage = (sql: string) => timeoutsFor(fresh, sql).lock_timeout;
    expect(ofMessage("BEGIN; SET LOCAL lock_timeout = '2s'; ALTER TABLE t ADD c int; COMMIT")).toBe(2000);
    expect(ofMessage("SET lock_timeout = '2s'")).toBe(null);
    expect(ofMessage("ALTER TABLE t ADD c int; SET lock_timeout = '2s'")).toBe(null);
    expect(ofMessage("SET lock_timeout = '2s'; BEGIN; ALTER TABLE t ADD c int; ROLLBACK")).toBe(2000);
  });

  it('follow the server where the text says something else', () => {
    const opened = timeoutsAfter(fresh, 'SELECT open_a_transaction_somehow()', fine('T'));
    const changed = timeoutsAfter(opened, "SET lock_timeout = '1s'", fine('T'));
    const ended = timeoutsAfter(changed, 'SELECT 1/0', { completed: 0, failed: true, statusAfter: 'I' });
    expect(timeoutsInForce(changed).lock_timeout).toBe(1000);
    expect(timeoutsInForce(ended).lock_timeout).toBe(null);
  });
});
