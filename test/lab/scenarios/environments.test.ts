import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Engine, openEngine } from '../../../workers/engine.ts';
import { performRun } from '../../../workers/perform-run.ts';
import { type BundleFiles, type Directory, temporaryDirectory, writtenBundle } from '../../support/vendor.ts';
import { controlSpec } from './scenario-lab.ts';

/**
 * GitLab's rename of a column: the regular migration ran everywhere, the clean-up after the deploy on staging only.
 * Three attempts to go back, each of which somebody had tried on one of the two.
 */
const regular = `
CREATE TABLE merge_requests (id bigint PRIMARY KEY, merge_status text NOT NULL DEFAULT 'unchecked');
INSERT INTO merge_requests SELECT n FROM generate_series(1, 300) AS n;
ALTER TABLE merge_requests ADD COLUMN check_state text;
UPDATE merge_requests SET check_state = merge_status;
CREATE FUNCTION keep_equal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.check_state := NEW.merge_status; RETURN NEW; END $$;
CREATE TRIGGER keep_equal BEFORE INSERT OR UPDATE OF merge_status, check_state ON merge_requests
FOR EACH ROW EXECUTE FUNCTION keep_equal();
`;
const cleanUp = `
DROP TRIGGER keep_equal ON merge_requests;
DROP FUNCTION keep_equal();
ALTER TABLE merge_requests DROP COLUMN merge_status;
`;
const attempts = {
  'the mirror image of the clean-up': `
ALTER TABLE merge_requests ADD COLUMN merge_status text NOT NULL DEFAULT 'unchecked';
UPDATE merge_requests SET merge_status = check_state;
ALTER TABLE merge_requests DROP COLUMN check_state;`,
  'the mirror image of the regular migration': `
DROP TRIGGER keep_equal ON merge_requests;
DROP FUNCTION keep_equal();
ALTER TABLE merge_requests DROP COLUMN check_state;`,
  'one that takes either as it is': `
DROP TRIGGER IF EXISTS keep_equal ON merge_requests;
DROP FUNCTION IF EXISTS keep_equal();
ALTER TABLE merge_requests ADD COLUMN IF NOT EXISTS merge_status text NOT NULL DEFAULT 'unchecked';
UPDATE merge_requests SET merge_status = check_state;
ALTER TABLE merge_requests DROP COLUMN check_state;`,
} as const;

const bundle = (revert: string): BundleFiles => ({
  'rehearsal.yaml': `
rehearsal: 1
service: code-review
version: 16.4.1
previous: 16.4.0
snapshot: { sql: [regular.sql] }
environments:
  staging: { snapshot: { sql: [regular.sql, clean-up.sql] } }
migrate: [{ name: revert, sql: [revert.sql] }]
apps: none
`,
  'regular.sql': regular,
  'clean-up.sql': cleanUp,
  'revert.sql': revert,
});

let engine: Engine;
let root: Directory;
beforeAll(async () => {
  root = await temporaryDirectory();
  engine = await openEngine({ dataRoot: root.dir, host: 'process' });
});
afterAll(async () => {
  await engine?.[Symbol.asyncDispose]();
  await root?.[Symbol.asyncDispose]();
});

describe('a revert where the clean-up ran, and where it did not', () => {
  test.for([
    { attempt: 'the mirror image of the clean-up', production: '42701', staging: undefined },
    { attempt: 'the mirror image of the regular migration', production: undefined, staging: '42704' },
    { attempt: 'one that takes either as it is', production: undefined, staging: undefined },
  ] as const)('$attempt', async ({ attempt, ...expected }) => {
    await using written = await writtenBundle(bundle(attempts[attempt]));
    for (const environment of ['production', 'staging'] as const) {
      await using loaded = await engine.load(written.dir, environment);
      const context = await engine.prepare(loaded, { seed: 7 });
      const result = await performRun(context, controlSpec('declared'), new AbortController().signal);
      const refused = result.attempts[0]?.statements.flatMap(({ sqlstate }) => sqlstate ?? [])[0];
      expect({ environment, refused, exitCode: result.attempts[0]?.exitCode }).toEqual({
        environment,
        refused: expected[environment],
        exitCode: expected[environment] === undefined ? 0 : 1,
      });
      expect(context.plan.bundle.manifest.environment).toBe(environment);
    }
  });

  test('an environment that the bundle does not know is refused before anything starts', async () => {
    await using written = await writtenBundle(bundle(attempts['one that takes either as it is']));
    await expect(engine.load(written.dir, 'testing')).rejects.toMatchObject({ code: 'invalid-bundle' });
  });
});
