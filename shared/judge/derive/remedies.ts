/** Short enough that traffic behind the request does not notice, long enough to get a turn between two transactions. */
const shortLockTimeout = '500ms';

/** The pattern for every strong lock: ask briefly, give way, ask again. */
export function boundedRetry(sql: string): string {
  return [
    '-- up to 20 attempts, one second apart; on 55P03: ROLLBACK and try again; then exit 1',
    'BEGIN;',
    `SET LOCAL lock_timeout = '${shortLockTimeout}';`,
    `${sql.trim().replace(/;$/, '')};`,
    'COMMIT;',
  ].join('\n');
}
