import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

const steps = [
  // From here on new payments are checked; the old ones are not looked at, so the lock is held for a moment only.
  [
    '0031_payment_account',
    'ALTER TABLE payments ADD CONSTRAINT payments_account FOREIGN KEY (account_id) REFERENCES accounts (id) NOT VALID',
  ],
  // Reads all payments, and lets everybody write meanwhile.
  ['0032_payment_account_validated', 'ALTER TABLE payments VALIDATE CONSTRAINT payments_account'],
];

const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
try {
  for (const [version, statement] of steps) {
    const { rowCount } = await client.query('SELECT FROM schema_migrations WHERE version = $1', [version]);
    if (rowCount === 0) await apply(version, statement);
  }
} finally {
  await client.end();
}

/** Never lets writers queue for longer than 250 ms; gives up loudly after about a quarter of a minute. */
async function apply(version, statement, attempts = 35) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query('BEGIN');
      await client.query("SET LOCAL lock_timeout = '250ms'");
      await client.query(statement);
      await client.query('INSERT INTO schema_migrations VALUES ($1)', [version]);
      await client.query('COMMIT');
      return;
    } catch (error) {
      await client.query('ROLLBACK');
      if (error.code !== '55P03' || attempt === attempts) throw error;
      await wait(200);
    }
  }
}
