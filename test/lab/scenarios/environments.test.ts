import { expect, test } from 'vitest';
import { openEngine } from '../../../workers/engine.ts';
import { type BundleFiles, temporaryDirectory, writtenBundle } from '../../support/vendor.ts';

/** What it finds from several starts is shown by the incident of a rename whose clean-up ran on staging only. */
const bundle: BundleFiles = {
  'rehearsal.yaml': `
rehearsal: 1
service: code-review
version: 16.4.1
snapshot: { sql: [regular.sql] }
environments:
  staging: { snapshot: { sql: [regular.sql, clean-up.sql] } }
migrate: [{ name: revert, sql: [revert.sql] }]
apps: none
`,
  'regular.sql': 'CREATE TABLE merge_requests (id bigint PRIMARY KEY, merge_status text, check_state text);\n',
  'clean-up.sql': 'ALTER TABLE merge_requests DROP COLUMN merge_status;\n',
  'revert.sql': 'ALTER TABLE merge_requests DROP COLUMN check_state;\n',
};

test('an environment that the bundle does not know is refused before anything starts', async () => {
  await using root = await temporaryDirectory();
  await using engine = await openEngine({ dataRoot: root.dir, host: 'process' });
  await using written = await writtenBundle(bundle);
  await using staging = await engine.load(written.dir, 'staging');
  expect(staging.bundle.manifest).toMatchObject({ environment: 'staging', snapshot: { files: [{}, {}] } });
  await expect(engine.load(written.dir, 'testing')).rejects.toMatchObject({ code: 'invalid-bundle' });
});
