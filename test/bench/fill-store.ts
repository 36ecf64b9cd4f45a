import pg from 'pg';
import { defaultRules } from '../../shared/judge/default-rules.ts';
import { gateFactsOf } from '../../shared/judge/gate-facts.ts';
import { greenReport } from '../shared/report/reports.ts';

/** Rehearsals that passed, ten of each version, and a worker whose self-checks were right all along. */
export async function fillStore(databaseUrl: string, count: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const report = greenReport();
    const fresh = { ...report, snapshot: { ...report.snapshot, dataAsOf: new Date().toISOString() } };
    const facts = JSON.stringify(gateFactsOf(fresh, null));
    await client.query(
      `INSERT INTO bundles (digest, bytes)
       SELECT 'sha256:' || lpad(to_hex(n), 64, '0'), 1000 FROM generate_series(0, $1::int / 10) AS n`,
      [count],
    );
    await client.query(
      `INSERT INTO rehearsals (id, status, attempt, service, version, environment, owners, bundle_digest, snapshot,
         rules_digest, seed, waivers_count, verdict, sentence, gate_facts, submitted_by, created_at, finished_at,
         performed_by)
       SELECT 'rh-' || lpad(to_hex(n), 16, '0'), 'judged', 1 + n / q.count, 'stored-' || q.of % 200,
         (q.of / 200)::text, CASE q.of % 2 WHEN 0 THEN 'production' ELSE 'staging' END, '{team}',
         'sha256:' || lpad(to_hex(q.of), 64, '0'), 'orders@1', $3, 1, true, 'pass', 'orders 1 may go out.', $2::json,
         'bench', now() - make_interval(mins => n % 10000), now() - make_interval(mins => n % 10000), '{worker}'
       FROM generate_series(0, $1::int - 1) AS n
       CROSS JOIN LATERAL (SELECT greatest(1, $1::int / 10) AS count, n % greatest(1, $1::int / 10) AS of) AS q`,
      [count, facts, defaultRules().digest],
    );
    await client.query(
      `INSERT INTO self_checks (worker, machine, at, ok, says, took_ms)
       SELECT 'worker', 'bench', now() + make_interval(mins => 5 - 10 * n), true, '', 1
         FROM generate_series(0, 1001) AS n`,
    );
    await client.query('ANALYZE');
    // What the filling left to be written would be written in the midst of what is measured.
    await client.query('CHECKPOINT');
  } finally {
    await client.end();
  }
}
