import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '' && path !== 'package-lock.json');
const sources = tracked.filter((path) => /\.(ts|mjs|cjs)$/.test(path));
const text = (path: string): string => {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch (error) {
    // Listed by git and already deleted in the work tree.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
};

/** A rule looks at one file's path and text and says what is wrong with it. */
interface TidyRule {
  readonly name: string;
  readonly planted: { readonly path: string; readonly text: string };
  readonly look: (path: string, text: string) => string[];
}

const allowedTop = new Set(
  (
    'package.json package-lock.json tsconfig.json docker-compose.yml services workers shared infra test README.md ARCHITECTURE.md ' +
    'CONTRIBUTING.md CHANGELOG.md LICENSE biome.json vitest.config.ts .dependency-cruiser.cjs .gitignore .dockerignore .ci .npmrc'
  ).split(' '),
);
/** `process` is a thing here, like `file`: it is vague only alone. Checks are named by their ids. */
const vague = /(^|(?<!mixed-version)[-/])(manager|handler|utils?|helpers?|data|info)\.(ts|mjs)$|\/process\.(ts|mjs)$/;
/** Pages are templates: a line of markup is broken where it changes nothing on the page. */
const markup = /^(shared\/report\/html|services\/api\/pages)\//;
/** A text, pattern or address that no formatter may break. */
const unbreakable = /https?:|`|(['"])(?:(?!\1).){50,}\1|\/.{50,}\//;
const longerForAReason = new Map<string, string>([
  ['test/tidy.test.ts', 'every rule stands beside the planted violation that shows it firing'],
]);

const swallows = /catch\s*(\([^)]*\))?\s*\{\s*\}|\.catch\(\(\)\s*=>\s*(undefined|null|\{\s*\})\)/;
/** A rejection may be ignored where a comment just above says why that is right. */
function silentCatches(lines: readonly string[]): string[] {
  return lines.flatMap((line, index) => {
    const reason = lines.slice(Math.max(0, index - 4), index + 1).some((near) => /^\s*(\/\/|\/\*\*|\*)/.test(near));
    return swallows.test(line) && !reason ? [`line ${index + 1}: a catch that swallows`] : [];
  });
}

const rules: readonly TidyRule[] = [
  {
    name: 'the top level is fixed',
    planted: { path: 'scripts/x.ts', text: '' },
    look: (path) => (allowedTop.has(path.split('/')[0] ?? '') ? [] : ['no room for it at the top level']),
  },
  {
    name: 'a source file stays under 250 lines',
    planted: { path: 'shared/domain/long.ts', text: 'x\n'.repeat(300) },
    look: (path, content) =>
      /\.(ts|mjs|cjs)$/.test(path) &&
      !longerForAReason.has(path) &&
      !path.startsWith('test/') &&
      content.split('\n').length > 251
        ? [`${content.split('\n').length - 1} lines`]
        : [],
  },
  {
    name: 'a line stays under 120 characters',
    planted: { path: 'shared/domain/wide.ts', text: `// ${'x'.repeat(130)}` },
    look: (path, content) =>
      /\.(ts|mjs|cjs)$/.test(path) && !markup.test(path)
        ? content
            .split('\n')
            .flatMap((line, index) => (line.length > 120 && !unbreakable.test(line) ? [`line ${index + 1}`] : []))
        : [],
  },
  {
    name: 'file names say what is in them',
    planted: { path: 'workers/utils.ts', text: '' },
    look: (path) => (vague.test(path) ? ['a name that says nothing'] : []),
  },
  {
    name: 'nothing is left for later in the code',
    planted: { path: 'shared/domain/later.ts', text: '// TO' + 'DO: later' },
    look: (path, content) =>
      /\.(ts|mjs|cjs|sql|yml)$/.test(path) && /\b(TO[D]O|FIX[M]E|XX[X]|HA[C]K)\b/.test(content)
        ? ['a note for later']
        : [],
  },
  {
    name: 'no test is focused or silently off',
    planted: { path: 'test/shared/x.test.ts', text: 'describe.on' + 'ly("x", () => {})' },
    look: (path, content) =>
      /\.test\.ts$/.test(path) && /\b(describe|test|it)\.on[l]y\(/.test(content) ? ['a focused test'] : [],
  },
  {
    name: 'nothing waits by sleeping in a test',
    planted: { path: 'test/lab/x.test.ts', text: 'await sle' + 'ep(500)' },
    look: (path, content) => (/\.test\.ts$/.test(path) && /\bsle[e]p\(\d/.test(content) ? ['a sleep'] : []),
  },
  {
    name: 'types are not silenced',
    planted: { path: 'shared/domain/x.ts', text: '// @ts-ig' + 'nore' },
    look: (path, content) =>
      /\.ts$/.test(path) && /@ts-(ig[n]ore|noch[e]ck)/.test(content) ? ['a silenced type error'] : [],
  },
  {
    name: 'no catch swallows without saying why',
    planted: { path: 'workers/x.ts', text: 'try { x() } cat' + 'ch {}' },
    look: (path, content) => (/\.(ts|mjs)$/.test(path) ? silentCatches(content.split('\n')) : []),
  },
  {
    name: 'no path of one machine',
    planted: { path: 'README.md', text: 'see /wo' + 'rk/main' },
    look: (_path, content) => (/\/wo[r]k\//.test(content) ? ['a path of one machine'] : []),
  },
];

describe('tidy', () => {
  test.each(rules)('$name', ({ look }) => {
    const wrong = tracked
      .filter((path) => /\.(ts|mjs|cjs|md|yml|yaml|json|sql|sh)$/.test(path) || !path.includes('.'))
      .flatMap((path) => look(path, text(path)).map((what) => `${path}: ${what}`));
    expect(wrong).toEqual([]);
  });

  test.each(rules)('"$name" fires on a planted violation', ({ look, planted }) => {
    expect(look(planted.path, planted.text)).not.toEqual([]);
  });

  test('a file that may be longer exists and is longer', () => {
    for (const [path] of longerForAReason) expect(sources).toContain(path);
  });
});
