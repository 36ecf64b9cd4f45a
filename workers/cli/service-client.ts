import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Option } from 'commander';
import { type Fault, type Problem, RehearsalError } from '../../shared/domain/problem.ts';
import type { CommandIo } from './io.ts';

/** One service and who we are to it. */
export interface ServiceClient {
  /**
   * Any answer of the service, errors too. Throws RehearsalError `service-unreachable`: it does not answer, or not
   * within `answerMs`, the time that it is given where the request has no signal of its own.
   */
  ask(path: string, request?: RequestInit): Promise<Response>;
  /** The answer where it is a success, else a RehearsalError with the service's own words. */
  demand(path: string, request?: RequestInit): Promise<Response>;
}

/** Where a service is and which file names the token, as the command line says it. */
export interface ServiceOptions {
  readonly server: string;
  readonly tokenFile?: string;
}

export const tokenFileOption = (): Option =>
  new Option('--token-file <file>', 'a file with the token of the service; default: REHEARSAL_TOKEN');

/** Long enough for a service under load, short enough for a pipeline that would else wait for ever. */
const answerMs = 30_000;

/** The token comes from `--token-file`, else from REHEARSAL_TOKEN, else from the file that REHEARSAL_TOKEN_FILE names. */
export async function openServiceClient(
  { server, tokenFile }: ServiceOptions,
  { env, cwd }: Pick<CommandIo, 'env' | 'cwd'>,
): Promise<ServiceClient> {
  const base = parseServer(server);
  const token = await readToken(env, tokenFile === undefined ? undefined : resolve(cwd, tokenFile));
  const ask = async (path: string, request: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(request.headers);
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
    try {
      const signal = request.signal ?? AbortSignal.timeout(answerMs);
      return await fetch(new URL(path, base), { ...request, headers, signal });
    } catch (cause) {
      if (request.signal?.aborted === true) throw request.signal.reason;
      throw new RehearsalError(
        'machine',
        'service-unreachable',
        `${base.origin} does not answer`,
        'check --server and that the service runs',
        { cause },
      );
    }
  };
  return {
    ask,
    demand: async (path, request) => {
      const response = await ask(path, request);
      if (response.ok) return response;
      throw await refusalOf(response);
    },
  };
}

/** A problem document as the error that it describes. */
export async function refusalOf(response: Response): Promise<RehearsalError> {
  const text = await response.text();
  const problem = parseProblem(text);
  if (problem === undefined) {
    const detail = `the service answered ${response.status} without a problem document`;
    return new RehearsalError('machine', 'unexpected-answer', detail, 'check that --server is a Rehearsal service');
  }
  return new RehearsalError(faultOf(response.status), problem.code, problem.detail, problem.remedy, {
    problems: problem.problems ?? [],
  });
}

export interface Patience {
  /** Ends it all; its reason is thrown then. */
  readonly signal: AbortSignal;
  /** A service that fails for so long without one success in between is told as it is. */
  readonly patienceMs: number;
  /** When work last got on; absent: only when it began. */
  readonly lastSuccess?: () => number;
}

/** Tries again while the service is restarting or out of reach, as long as the patience lasts. */
export async function persistently<T>(
  work: () => Promise<T>,
  { signal, patienceMs, lastSuccess = () => 0 }: Patience,
): Promise<T> {
  const began = performance.now();
  for (let waitMs = 500; ; waitMs = Math.min(2 * waitMs, 8_000)) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const isPassing = error instanceof RehearsalError && error.fault === 'machine';
      const failingMs = performance.now() - Math.max(began, lastSuccess());
      if (!isPassing || failingMs + waitMs > patienceMs) throw error;
      // Pipelines that lost the service together must not come back together.
      await delay(waitMs * (0.75 + Math.random() / 2), undefined, { signal }).catch(() => {
        throw signal.reason;
      });
    }
  }
}

/** What passes by itself is the machine's: a restart behind a proxy, too many questions at once. */
function faultOf(status: number): Fault {
  if (status === 401 || status === 403) return 'policy';
  return status >= 500 || status === 408 || status === 429 ? 'machine' : 'bundle';
}

function parseProblem(text: string): Problem | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'code' in value ? (value as Problem) : undefined;
  } catch {
    // Not JSON, so no problem document.
    return undefined;
  }
}

function parseServer(server: string): URL {
  const base = URL.parse(server);
  if (base !== null && /^https?:$/.test(base.protocol)) return base;
  throw new RehearsalError('bundle', 'usage', `${server} is no address of a service`, 'give --server http://host:port');
}

async function readToken(env: CommandIo['env'], named: string | undefined): Promise<string | undefined> {
  const given = env.REHEARSAL_TOKEN;
  if (named === undefined && given !== undefined) return given;
  const file = named ?? env.REHEARSAL_TOKEN_FILE;
  if (file === undefined) return undefined;
  const remedy = 'give --token-file, or REHEARSAL_TOKEN_FILE, a file with the token and nothing else';
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new RehearsalError('bundle', 'usage', `the token file ${file} cannot be read`, remedy, { cause });
  });
  // A header of several lines would be refused with the token in the refusal's text.
  if (/^\S+$/.test(text.trim())) return text.trim();
  throw new RehearsalError('bundle', 'usage', `the token file ${file} holds no token`, remedy);
}
