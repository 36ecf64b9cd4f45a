import { describe, expect, test } from 'vitest';
import type { Phase } from '../../../shared/domain/bundle.ts';
import { sqlRunnerCommand } from '../../../shared/plan/sql-runner-command.ts';
import { readOrders } from '../../../workers/sql-runner/orders.ts';

const phase = (files: readonly string[]): Phase => ({
  name: 'pre-deploy',
  when: 'before-rollout',
  run: { kind: 'sql', files, ledger: 'rehearsal_migrations', transaction: 'per-file' },
  dir: '.',
  deletes: [],
  timeoutMs: 1000,
  env: {},
});

describe('sqlRunnerCommand', () => {
  test('starts the runner where the process sees it, with orders that it understands', () => {
    const { command, env } = sqlRunnerCommand(phase(['migrations/1_ä.sql']), '/tools', '/bundle');
    // Without the option a file of one statement keeps a processor busy for seconds after it was applied.
    expect(command).toEqual(['node', '--liftoff-only', '/tools/workers/sql-runner/main.js']);
    expect(readOrders(env)).toEqual({
      root: '/bundle',
      files: ['migrations/1_ä.sql'],
      ledger: 'rehearsal_migrations',
      transaction: 'per-file',
    });
  });

  test('keeps every variable below what Linux takes, however many files there are', () => {
    const files = Array.from({ length: 20_000 }, (_, at) => `migrations/${String(at).padStart(6, '0')}_step.up.sql`);
    const { env } = sqlRunnerCommand(phase(files), '/tools', '/bundle');
    for (const value of Object.values(env)) expect(Buffer.byteLength(value)).toBeLessThan(128 * 1024);
    expect(readOrders(env).files).toEqual(files);
  });

  test.each([{}, { REHEARSAL_SQL_RUN: '{' }, { REHEARSAL_SQL_RUN: '{"root":"/b","files":[1]}' }])(
    'are refused by the runner where they are none: %j',
    (env) => {
      expect(() => readOrders(env)).toThrow('REHEARSAL_SQL_RUN');
    },
  );
});
