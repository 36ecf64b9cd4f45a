import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { Bundle } from '../../shared/domain/bundle.ts';
import type { StaticHint } from '../../shared/domain/hint.ts';
import { type Observed, observed, unobserved } from '../../shared/domain/observed.ts';
import { redactMessage } from '../../shared/plan/redact-message.ts';

/** A linter is quick or not worth waiting for. */
const timeoutMs = 30_000;
const outputBytesMax = 16 * 1024 * 1024;
/** What is longer is data. */
const fileBytesMax = 4 * 1024 * 1024;
const filesMax = 1000;

export interface HintOptions {
  /** Program and leading arguments; default: the binary that squawk-cli brings. */
  readonly linter?: readonly [string, ...string[]];
  readonly major?: number;
}

/**
 * What squawk says of the SQL files of the phases. Hints decide nothing, so a linter that is missing or fails is a
 * reason and never an error. Source: https://squawkhq.com/docs/cli
 */
export async function readHints(
  bundle: Bundle,
  bundleDir: string,
  options: HintOptions = {},
): Promise<Observed<readonly StaticHint[]>> {
  const files = filesOf(bundle);
  if (files.length === 0) return unobserved('no phase names SQL files that a linter could read');
  const linter = options.linter ?? installed();
  if (linter === undefined) return unobserved('squawk-cli is not installed for this platform');
  const [program, ...leading] = linter;
  const version = options.major === undefined ? [] : ['--pg-version', `${options.major}.0`];
  // A name may hold what a pattern means something by; an absolute one is never taken for an option.
  const paths = files.map((file) => join(bundleDir, file).replace(/[*?[\]]/g, '[$&]'));
  const told = await run(program, [...leading, '--reporter', 'json', ...version, ...paths]);
  return told.seen ? readAnswer(told.value, bundleDir, files) : told;
}

function filesOf({ manifest, files }: Bundle): readonly string[] {
  const sizes = new Map(files.map(({ path, sizeBytes }) => [path, sizeBytes]));
  const named = manifest.phases.flatMap(({ run }) => (run.kind === 'sql' ? run.files : []));
  return [...new Set(named)].filter((file) => (sizes.get(file) ?? 0) <= fileBytesMax).slice(0, filesMax);
}

/** The package is asked where its binary is: it knows the platforms. */
function installed(): readonly [string] | undefined {
  const require = createRequire(import.meta.url);
  try {
    const squawk: unknown = require('squawk-cli/js/index.js');
    if (typeof squawk !== 'object' || squawk === null || !('getBinaryPath' in squawk)) return undefined;
    const path: unknown = typeof squawk.getBinaryPath === 'function' ? squawk.getBinaryPath() : undefined;
    return typeof path === 'string' ? [path] : undefined;
  } catch (error) {
    // It is an optional package, and on other platforms it has no binary.
    if (error instanceof Error) return undefined;
    throw error;
  }
}

/** Exit code 1 is its way to say that it has something to say; it looks for a configuration where it is started. */
function run(program: string, args: readonly string[]): Promise<Observed<string>> {
  const settings = {
    cwd: tmpdir(),
    env: {},
    timeout: timeoutMs,
    maxBuffer: outputBytesMax,
    killSignal: 'SIGKILL',
  } as const;
  return new Promise((fulfil) => {
    execFile(program, [...args], settings, (error, stdout) => {
      if (error === null || error.code === 1) fulfil(observed(stdout));
      else if (error.killed) fulfil(unobserved(`squawk did not end within ${timeoutMs / 1000} s, or said too much`));
      else fulfil(unobserved(`squawk failed (${error.code ?? error.signal ?? 'no exit code'})`));
    });
  });
}

function readAnswer(stdout: string, bundleDir: string, files: readonly string[]): Observed<readonly StaticHint[]> {
  let said: unknown;
  try {
    said = JSON.parse(stdout);
  } catch (error) {
    if (error instanceof SyntaxError) return unobserved('squawk gave an answer that is no JSON');
    throw error;
  }
  if (!Array.isArray(said)) return unobserved('squawk gave an answer that is no list');
  const hints = said.map((one) => hintOf(one, bundleDir));
  const known = hints.filter((hint) => hint !== undefined && files.includes(hint.file));
  if (known.length < said.length) return unobserved('squawk gave an answer of another form');
  return observed(known.filter((hint) => hint !== undefined));
}

/** Its lines count from 0. A message may quote the text that it is about. */
function hintOf(said: unknown, bundleDir: string): StaticHint | undefined {
  if (typeof said !== 'object' || said === null) return undefined;
  const { file, line, line_end: end, rule_name: rule, message } = said as Readonly<Record<string, unknown>>;
  if (typeof file !== 'string' || typeof line !== 'number' || typeof rule !== 'string') return undefined;
  if (typeof message !== 'string') return undefined;
  return {
    file: relative(bundleDir, file),
    line: line + 1,
    endLine: (typeof end === 'number' ? Math.max(end, line) : line) + 1,
    rule,
    message: withoutQuotes(message),
  };
}

/** Backticks hold words of SQL in its messages; anything longer is taken for a text of the bundle. */
const withoutQuotes = (message: string): string => {
  const words = [...message.matchAll(/`([A-Za-z_ ]{1,40})`/g)].map(([, word]) => word ?? '');
  return redactMessage(message, new Set(words));
};
