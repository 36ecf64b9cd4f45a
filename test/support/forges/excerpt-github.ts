import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Takes what the tests need out of GitHub's own description, which the npm package @octokit/openapi (MIT) carries;
 * the whole package takes half a gigabyte on disk:
 *   npm pack @octokit/openapi@23.0.2 && tar -xzf octokit-openapi-*.tgz package/generated/api.github.com.json
 *   node test/support/forges/excerpt-github.ts package/generated/api.github.com.json
 */
const operations = [
  ['POST', '/repos/{owner}/{repo}/check-runs'],
  ['PATCH', '/repos/{owner}/{repo}/check-runs/{check_run_id}'],
  ['POST', '/repos/{owner}/{repo}/issues/{issue_number}/comments'],
  ['PATCH', '/repos/{owner}/{repo}/issues/comments/{comment_id}'],
] as const;

interface Described {
  readonly info: { readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly requestBody: RequestBody }>>>>;
}
interface RequestBody {
  readonly content: Readonly<Record<string, { readonly schema: object }>>;
}

const described = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Described;
const bodies = Object.fromEntries(
  operations.map(([method, path]) => {
    const schema = described.paths[path]?.[method.toLowerCase()]?.requestBody.content['application/json']?.schema;
    return [`${method} ${path}`, withoutWords(schema)];
  }),
);
const excerpt = { source: `@octokit/openapi 23.0.2, api.github.com ${described.info.version}`, bodies };
writeFileSync(join(import.meta.dirname, 'github-bodies.json'), `${JSON.stringify(excerpt, undefined, 2)}\n`);

/** Descriptions and examples; a property may be called `description`, and then it is an object. */
function withoutWords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutWords);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(
    ([key, inner]) => !(key === 'description' && typeof inner === 'string') && key !== 'examples' && key !== 'example',
  );
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutWords(inner)]));
}
