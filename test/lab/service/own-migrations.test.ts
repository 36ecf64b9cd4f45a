import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockTimeout } from '../../../shared/edge/adapters/store/migrate.ts';
import { checkout } from '../../support/cli.ts';
import { rehearsed } from '../../support/rehearsed.ts';
import { writtenBundle } from '../../support/vendor.ts';

const directory = join(checkout, 'infra/database');
const [first = '', ...later] = readdirSync(directory)
  .filter((name) => name.endsWith('.sql'))
  .sort();
const sqlOf = (name: string) => readFileSync(join(directory, name), 'utf8');

/** What a service that has been running for a while holds. */
const rows = `
INSERT INTO bundles (digest, bytes) SELECT 'sha256:' || n, n FROM generate_series(1, 200) AS n;
INSERT INTO rehearsals (id, status, attempt, service, version, environment, owners, bundle_digest, snapshot,
    rules_digest, seed, waivers_count, verdict, sentence, report, submitted_by)
  SELECT 'rh-' || lpad(n::text, 16, '0'), 'judged', 1, 'alerts', n::text, 'production', '{}', 'sha256:' || n, 'sql',
    'sha256:0', 1, false, 'pass', 'It passes.', '{}', 'ci' FROM generate_series(1, 200) AS n;
INSERT INTO waivers (service, "check", by, reason, expires_at) VALUES ('alerts', 'lost-rows', 'Ada', 'known', now());
INSERT INTO tokens (hash, name, scopes) VALUES ('0', 'ci', '{submit}');
`;

/** What may be found, and why we live with it. */
const accepted: Readonly<Record<string, string>> = {
  'blocking-index-build': 'the service migrates before it listens, in one transaction, and these tables are small',
  'long-exclusive-lock': 'as above',
  'weak-evidence': 'the quiet run alone is asked',
};

describe('our own migrations, rehearsed by our own tool', () => {
  it('lead from the first schema to the newest without a rewrite, a lock that waits for ever or a lost row', async () => {
    const files = Object.fromEntries(later.map((name) => [`migrations/${name}`, sqlOf(name)]));
    await using bundle = await writtenBundle({
      'rehearsal.yaml': [
        'rehearsal: 1',
        'service: rehearsal',
        `version: "${later.length}"`,
        'snapshot: { sql: [seed/*.sql] }',
        'migrate: [{ name: start-of-the-service, sql: [migrations/*.sql] }]',
        'apps: none',
        'invariants: [{ name: rehearsals, sql: "SELECT count(*) FROM rehearsals", is: "200" }]',
      ].join('\n'),
      'seed/1.sql': sqlOf(first),
      'seed/2.sql': rows,
      'migrations/0000-as-the-service-does.sql': `SET lock_timeout = '${lockTimeout}';\n`,
      ...files,
    });
    await using rehearsal = await rehearsed(bundle.dir, ['--only', 'control', '--host', 'process']);
    const { findings, checks } = rehearsal.report;
    expect(findings.filter(({ severity }) => severity === 'blocks')).toEqual([]);
    expect(findings.map(({ check }) => check).filter((check) => accepted[check] === undefined)).toEqual([]);
    const watched = ['failed-migration', 'table-rewrite', 'missing-lock-timeout', 'lost-rows', 'violated-invariant'];
    for (const id of watched) expect(checks.find((check) => check.id === id)).toMatchObject({ outcome: 'clear' });
  });
});
