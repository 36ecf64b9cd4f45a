import { describe, expect, it } from 'vitest';
import type { Bundle } from '../../../shared/domain/bundle.ts';
import { bundleWithoutValues, valuesOf } from '../../../shared/plan/bundle-without-values.ts';
import { withoutStrings } from '../../../shared/plan/normalize-sql.ts';
import { readBundle } from '../../../shared/plan/read-bundle.ts';
import { memoryBundle } from '../../support/memory-bundle.ts';

const manifest = `rehearsal: 1
service: library
version: 2.0.0
snapshot: { sql: [seed.sql] }
migrate:
  - { name: pre-deploy, sql: ["m/*.sql"], env: { TOKEN: secret-a } }
  - { name: post-deploy, command: [node, x.js, --key=secret-b, "postgres://u:secret-c@db/x"], env: { TOKEN: secret-d } }
rollback: { command: [node, back.js], env: { TOKEN: secret-e } }
apps:
  previous:
    { dir: a, command: [node, app.js], env: { TOKEN: secret-f },
      workers: [{ name: job, command: [node, job.js], env: { TOKEN: secret-g } }] }
  next: { dir: a, command: [node, app.js], env: { TOKEN: secret-h } }
probes:
  - name: asks
    steps:
      - request: { method: POST, path: "/a?b=secret-i", headers: { authorization: secret-j },
                     json: { deep: [secret-k] } }
        save: { t: json.t }
      - { request: { method: POST, path: /b, body: secret-l }, expect: { status: 201, json: { a: secret-m } } }
      - { request: { path: /c }, expect: { text: secret-n } }
load: { statements: [{ sql: "UPDATE a SET b = 'secret-o' WHERE id = $pick(a.id)" }] }
`;
const bundle = (): Promise<Bundle> =>
  readBundle(
    memoryBundle({
      'rehearsal.yaml': manifest,
      'seed.sql': 'SELECT 1;',
      'm/1.sql': "-- secret-p\nINSERT INTO a\nVALUES ('secret-q');",
      'a/app.js': '',
      'a/job.js': '',
    }),
  );

describe('a bundle as evidence holds it', () => {
  it('has no value of an environment, a request, an expectation, an argument or a statement', async () => {
    const given = await bundle();
    expect(JSON.stringify(given)).toContain('secret-k');
    expect(JSON.stringify(bundleWithoutValues(given)).match(/secret-\w/g)).toBeNull();
  });

  it('keeps what a judge and a reader need: names, states, places, shapes', async () => {
    const given = await bundle();
    const { manifest: kept, statements, digest } = bundleWithoutValues(given);
    expect(digest).toBe(given.digest);
    expect(kept.phases.map(({ name, env }) => [name, Object.keys(env)])).toEqual([
      ['pre-deploy', ['TOKEN']],
      ['post-deploy', ['TOKEN']],
    ]);
    expect(kept.probes.map(({ name, writes }) => [name, writes])).toEqual(
      given.manifest.probes.map(({ name, writes }) => [name, writes]),
    );
    expect(kept.probes[0]?.ask).toMatchObject({
      steps: [{ request: { path: '/a?…' } }, { expect: { status: [201] } }, {}],
    });
    expect(statements).toMatchObject([{ file: 'm/1.sql', line: 2, endLine: 3 }]);
    expect(bundleWithoutValues(bundleWithoutValues(given))).toEqual(bundleWithoutValues({ ...given, statements }));
  });

  it('names every secret that programs and requests were given, so that logs can be freed of them', async () => {
    const values = valuesOf((await bundle()).manifest).join(' ');
    for (const letter of 'adefghjkl') expect(values).toContain(`secret-${letter}`);
  });
});

describe('a statement without its strings', () => {
  it('keeps its code and what bodies say', () => {
    expect(withoutStrings("SELECT f('x', E'y\\'z') AS \"w\"")).toBe("SELECT f('', '') AS \"w\"");
    expect(withoutStrings("DO $$ BEGIN RAISE 'kept'; END $$")).toContain('kept');
  });
});
