/**
 * Scripts and the lock_timeout in force after them, in ms; the unit test reads them, the lab test asks a real server.
 */
export interface TimeoutCase {
  readonly script: readonly string[];
  readonly ms: number;
}

/** Every session begins with it, so that "the server's own" has a value to compare. */
export const lockTimeoutAtStartMs = 7000;

export const timeoutCases: readonly TimeoutCase[] = [
  { script: ['SELECT 1'], ms: 7000 },
  { script: ['SET lock_timeout = 1500'], ms: 1500 },
  { script: ["SET lock_timeout = '1500'"], ms: 1500 },
  { script: ["SET lock_timeout TO '5s'"], ms: 5000 },
  { script: ["set session LOCK_TIMEOUT='2min'"], ms: 120_000 },
  { script: ['SET "lock_timeout" = \'1 h\''], ms: 3_600_000 },
  { script: ["SET lock_timeout = '1d'"], ms: 86_400_000 },
  { script: ["SET lock_timeout = '2500us'"], ms: 2 },
  { script: ["SET lock_timeout = '2600us'"], ms: 3 },
  { script: ["SET lock_timeout = '1.5s'"], ms: 1500 },
  { script: ["SET lock_timeout = E'3s'"], ms: 3000 },
  { script: ['SET lock_timeout = $$250ms$$'], ms: 250 },
  { script: ['SET /* now */ lock_timeout -- short\n = 0'], ms: 0 },
  { script: ["SET lock_timeout = '3 parsecs'"], ms: 7000 },
  { script: ["SET lock_timeout = '1s'", 'RESET lock_timeout'], ms: 7000 },
  { script: ["SET lock_timeout = '1s'", 'SET lock_timeout TO DEFAULT'], ms: 7000 },
  { script: ["SET lock_timeout = '1s'", 'RESET ALL'], ms: 7000 },
  { script: ["SET lock_timeout = '1s'", 'DISCARD ALL'], ms: 7000 },
  { script: ["SET lock_timeout = '1s'", 'DISCARD PLANS'], ms: 1000 },
  { script: ["SELECT set_config('lock_timeout', '4s', false)"], ms: 4000 },
  { script: ["SELECT pg_catalog.set_config('lock_timeout', '4s', true)"], ms: 7000 },
  { script: ['BEGIN', "SELECT 1, set_config('lock_timeout', '4s', true)"], ms: 4000 },
  { script: ['BEGIN', "SELECT set_config('lock_timeout', '4s', true)", 'COMMIT'], ms: 7000 },
  { script: ["SET LOCAL lock_timeout = '1s'"], ms: 7000 },
  { script: ['BEGIN', "SET LOCAL lock_timeout = '1s'"], ms: 1000 },
  { script: ['BEGIN', "SET LOCAL lock_timeout = '1s'", 'COMMIT'], ms: 7000 },
  { script: ['BEGIN', "SET lock_timeout = '1s'", 'COMMIT'], ms: 1000 },
  { script: ['BEGIN', "SET lock_timeout = '1s'", 'ROLLBACK'], ms: 7000 },
  { script: ['START TRANSACTION', "SET lock_timeout = '1s'", 'ABORT'], ms: 7000 },
  { script: ['BEGIN', "SET lock_timeout = '1s'", 'SELEC', 'COMMIT'], ms: 7000 },
  { script: ['BEGIN', "SET LOCAL lock_timeout = '1s'", "SET lock_timeout = '2s'"], ms: 2000 },
  { script: ['BEGIN', "SET lock_timeout = '2s'", "SET LOCAL lock_timeout = '1s'", 'END'], ms: 2000 },
  { script: ['BEGIN', "SET lock_timeout = '2s'", 'COMMIT AND CHAIN', 'ROLLBACK'], ms: 2000 },
  { script: ['BEGIN', 'SAVEPOINT a', "SET LOCAL lock_timeout = '1s'", 'ROLLBACK TO SAVEPOINT a'], ms: 7000 },
  { script: ['BEGIN', 'SAVEPOINT a', "SET lock_timeout = '1s'", 'RELEASE a', 'COMMIT'], ms: 1000 },
  { script: ['BEGIN', "SET lock_timeout = '3s'", 'SAVEPOINT a', 'SELEC', 'ROLLBACK TO a', 'COMMIT'], ms: 3000 },
  { script: ["SET lock_timeout = '1s'; SELECT 1"], ms: 1000 },
  { script: ["SET lock_timeout = '1s'; SELEC"], ms: 7000 },
  { script: ["SET lock_timeout = '1s'; SELECT 1/0"], ms: 7000 },
  { script: ["SET LOCAL lock_timeout = '1s'; SELECT 1"], ms: 7000 },
  { script: ["BEGIN; SET lock_timeout = '1s'; COMMIT; SELECT 1/0"], ms: 1000 },
  { script: ["SELECT 'SET lock_timeout = 1', $q$; SET lock_timeout = 2; $q$"], ms: 7000 },
  { script: ["SET statement_timeout = '1s'"], ms: 7000 },
  { script: ["SET lock_timeout = '1s'; BEGIN; SET LOCAL lock_timeout = '2s'"], ms: 2000 },
];
