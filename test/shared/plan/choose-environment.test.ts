import { describe, expect, test } from 'vitest';
import { RehearsalError } from '../../../shared/domain/problem.ts';
import { chooseEnvironment } from '../../../shared/plan/choose-environment.ts';
import { readBundle } from '../../../shared/plan/read-bundle.ts';
import { rehearsalIdOf } from '../../../shared/plan/rehearsal-id.ts';
import { memoryBundle } from '../../support/memory-bundle.ts';

const manifest = `
rehearsal: 1
service: code-review
version: 16.4.1
snapshot: { sql: [production.sql] }
environments:
  staging: { snapshot: { sql: [production.sql, staging.sql] } }
  canary: { snapshot: code-review-canary@7 }
migrate: [{ name: revert, sql: [revert.sql] }]
apps: none
`;
const files = (text = manifest) =>
  memoryBundle({
    'rehearsal.yaml': text,
    'production.sql': 'SELECT 1;',
    'staging.sql': 'SELECT 2;',
    'revert.sql': 'SELECT 3;',
  });

describe('a bundle that knows several environments', () => {
  test('starts where its own environment starts, unless another is asked for; its digest stays', async () => {
    const bundle = await readBundle(files());
    const starts = ['production', 'staging', 'canary', undefined].map((name) => chooseEnvironment(bundle, name));
    expect(starts.map((chosen) => [chosen.manifest.environment, chosen.manifest.snapshot])).toEqual([
      ['production', { kind: 'sql', files: ['production.sql'] }],
      ['staging', { kind: 'sql', files: ['production.sql', 'staging.sql'] }],
      ['canary', { kind: 'registered', name: 'code-review-canary', version: '7' }],
      ['production', { kind: 'sql', files: ['production.sql'] }],
    ]);
    expect(new Set(starts.map(({ digest }) => digest)).size).toBe(1);
  });

  test('refuses one that it does not know, and names those that it does', async () => {
    const bundle = await readBundle(files());
    expect(() => chooseEnvironment(bundle, 'stagign')).toThrow(
      expect.objectContaining({
        code: 'invalid-bundle',
        problems: [
          {
            file: 'rehearsal.yaml',
            key: 'environments',
            message: '`stagign` is no environment of this bundle; it knows production, staging, canary.',
            nearest: 'staging',
          },
        ],
      }),
    );
    expect(() => chooseEnvironment(bundle, 'toString')).toThrow('no environment of this bundle');
  });

  test('needs a start for each', async () => {
    const without = files(manifest.replace('canary: { snapshot: code-review-canary@7 }', 'canary: { host: here }'));
    const refused = await readBundle(without).catch((error: RehearsalError) => error);
    expect(refused).toBeInstanceOf(RehearsalError);
    const keys = refused instanceof RehearsalError ? refused.problems.map(({ key }) => key) : [];
    expect(keys.toSorted()).toEqual(['environments.canary.host', 'environments.canary.snapshot']);
  });

  test('is another question in each', async () => {
    const { digest } = await readBundle(files());
    const question = { bundle: digest, snapshot: 's', rules: digest, seed: 1 };
    const ids = [question, { ...question, environment: 'staging' }, { ...question, environment: 'production' }].map(
      rehearsalIdOf,
    );
    expect(new Set(ids).size).toBe(3);
  });
});
