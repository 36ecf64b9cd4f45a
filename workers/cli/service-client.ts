import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type Fault, type Problem, RehearsalError } from '../../shared/domain/problem.ts';

/** One service and who we are to it. */
export interface ServiceClient {
  /** Any answer of the service, errors too. Throws RehearsalError `service-unreachable`. */
  ask(path: string, request?: RequestInit): Promise<Response>;
  /** The answer where it is a success, else a RehearsalError with the service's own words. */
  demand(path: string, request?: RequestInit): Promise<Response>;
}

/** The token comes from REHEARSAL_TOKEN, or from the file that REHEARSAL_TOKEN_FILE names. */
export async function openServiceClient(
  server: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ServiceClient> {
  const base = parseServer(server);
  const token = await readToken(env);
  const ask = async (path: string, request: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(request.headers);
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
    try {
      return await fetch(new URL(path, base), { ...request, headers });
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

/** Tries again while the service is restarting, until the signal says that it took too long. */
export async function persistently<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const isPassing = error instanceof RehearsalError && error.fault === 'machine';
      if (!isPassing || signal.aborted) throw error;
      await delay(1_000, undefined, { signal }).catch(() => {
        throw error;
      });
    }
  }
}

function faultOf(status: number): Fault {
  if (status === 401 || status === 403) return 'policy';
  return status >= 500 ? 'machine' : 'bundle';
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

async function readToken(env: Readonly<Record<string, string | undefined>>): Promise<string | undefined> {
  const given = env.REHEARSAL_TOKEN;
  const file = env.REHEARSAL_TOKEN_FILE;
  if (given !== undefined || file === undefined) return given;
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new RehearsalError(
      'bundle',
      'usage',
      `${file} cannot be read`,
      'set REHEARSAL_TOKEN_FILE to a file with the token',
      {
        cause,
      },
    );
  });
  return text.trim();
}
