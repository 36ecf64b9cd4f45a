/** What a rule of the linter warns of, as a rehearsal could see it. */
export interface Danger {
  readonly kind: 'lock' | 'version' | 'failure' | 'repeat' | 'style';
  /** A table that is written anew is what some rules warn of. */
  readonly rewrites: boolean;
  /** Checks whose finding shows it. */
  readonly checks: readonly string[];
}

const waits = [
  'lock-queue-pileup',
  'lost-to-lock-timeout',
  'long-exclusive-lock',
  'missing-lock-timeout',
  'failed-transactions',
  'slow-traffic',
  'deadlock',
  'blocking-index-build',
];
const breaks = [
  'broken-previous-version',
  'broken-next-version',
  'broken-query',
  'stale-cached-plan',
  'mixed-version-data',
];
const fails = ['failed-migration', 'refused-migration', 'swallowed-error'];
const repeats = ['unrepeatable-migration', 'leftover-object', 'half-done-after-crash', 'dishonest-ledger'];

const lock: Danger = { kind: 'lock', rewrites: false, checks: waits };
const rewrite: Danger = { kind: 'lock', rewrites: true, checks: [...waits, 'table-rewrite', 'disk-surge', ...fails] };
const version: Danger = { kind: 'version', rewrites: false, checks: [...breaks, 'lost-rows', 'impossible-rollback'] };
const failure: Danger = { kind: 'failure', rewrites: false, checks: fails };
const repeat: Danger = { kind: 'repeat', rewrites: false, checks: repeats };
const style: Danger = { kind: 'style', rewrites: false, checks: [] };

/** Rules of squawk 2.66: https://squawkhq.com/docs/rules */
const dangers: Readonly<Record<string, Danger>> = {
  'adding-field-with-default': rewrite,
  'adding-foreign-key-constraint': { ...lock, checks: [...waits, ...fails] },
  'adding-not-nullable-field': { ...lock, checks: [...waits, ...fails, ...breaks] },
  'adding-required-field': { ...version, checks: [...breaks, ...fails] },
  'adding-serial-primary-key-field': rewrite,
  'ban-alter-domain-with-add-constraint': { ...lock, checks: [...waits, ...fails] },
  'ban-concurrent-index-creation-in-transaction': failure,
  'ban-drop-column': version,
  'ban-drop-database': version,
  'ban-drop-not-null': version,
  'ban-drop-table': version,
  'ban-truncate-cascade': version,
  'ban-uncommitted-transaction': failure,
  'changing-column-type': { ...rewrite, checks: [...rewrite.checks, ...breaks] },
  'constraint-missing-not-valid': { ...lock, checks: [...waits, ...fails] },
  'disallowed-unique-constraint': { ...lock, checks: [...waits, ...fails] },
  'identifier-too-long': failure,
  'prefer-robust-stmts': repeat,
  'renaming-column': version,
  'renaming-table': version,
  'require-concurrent-index-creation': lock,
  'require-concurrent-index-deletion': lock,
  'require-concurrent-partition-detach': lock,
  'require-concurrent-reindex': lock,
  'require-lock-timeout': lock,
  'require-statement-timeout': { ...lock, checks: ['slow-migration', 'long-exclusive-lock', 'lock-queue-pileup'] },
  'require-timeout-settings': lock,
  'syntax-error': failure,
  'transaction-nesting': failure,
};

/** A rule that is not known is of a later version of the linter: nothing is claimed of it. */
export const dangerOf = (rule: string): Danger => (Object.hasOwn(dangers, rule) ? (dangers[rule] ?? style) : style);
