import { setTimeout as delay } from 'node:timers/promises';
import { RehearsalError } from '../../../domain/problem.ts';

/** The REST interface of one forge, with the token that it wants. */
export interface Forge {
  /** The parsed answer. Throws RehearsalError `forge-unreachable`, or `forge-refused` with its status as `cause`. */
  ask(method: Method, path: string, body?: object): Promise<unknown>;
  /** All items of a list, page by page; null: there are more than this reads. */
  list(path: string, pagesMax: number): Promise<readonly unknown[] | null>;
}
export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT';

const answerMs = 20_000;
const perPage = 100;

/** `tries`: 1 where whoever asks has a schedule of its own. */
export function openForge(api: string, headers: Readonly<Record<string, string>>, tries = 4): Forge {
  const ask = async (method: Method, path: string, body?: object): Promise<unknown> => {
    for (let attempt = 1; ; attempt += 1) {
      const answered = await once(api, headers, method, path, body);
      if (answered.kind === 'ok') return answered.body;
      if (attempt === tries || !answered.again) throw answered.error;
      await delay(answered.waitMs ?? 500 * 2 ** attempt * (0.75 + Math.random() / 2));
    }
  };
  return {
    ask,
    list: async (path, pagesMax) => {
      const items: unknown[] = [];
      for (let page = 1; page <= pagesMax; page += 1) {
        const found = await ask('GET', `${path}?per_page=${perPage}&page=${page}`);
        if (!Array.isArray(found)) throw refused(`GET ${path}`, 200, 'no list');
        items.push(...found);
        if (found.length < perPage) return items;
      }
      return null;
    },
  };
}

type Answered =
  | { readonly kind: 'ok'; readonly body: unknown }
  | { readonly kind: 'failed'; readonly error: RehearsalError; readonly again: boolean; readonly waitMs?: number };

/** A POST makes something: it is sent again only where the answer says that nothing was made. */
async function once(
  api: string,
  headers: Readonly<Record<string, string>>,
  method: Method,
  path: string,
  body: object | undefined,
): Promise<Answered> {
  let response: Response;
  try {
    response = await fetch(`${api.replace(/\/$/, '')}${path}`, {
      method,
      headers: { 'user-agent': 'rehearsal', 'content-type': 'application/json', ...headers },
      redirect: 'error',
      signal: AbortSignal.timeout(answerMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (cause) {
    const remedy = 'check the address of its API and the network, then run the step again';
    const error = new RehearsalError('machine', 'forge-unreachable', `${api} does not answer`, remedy, { cause });
    return { kind: 'failed', error, again: method !== 'POST' };
  }
  const text = await response.text();
  if (response.ok) return { kind: 'ok', body: parsed(text) };
  const again = response.status === 429 || response.status === 503 || (response.status >= 500 && method !== 'POST');
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return {
    kind: 'failed',
    error: refused(`${method} ${path.split('?')[0]}`, response.status, text),
    again,
    ...(seconds >= 0 && seconds <= 60 ? { waitMs: seconds * 1000 } : {}),
  };
}

export const statusOf = (error: unknown): number | undefined =>
  error instanceof RehearsalError && typeof error.cause === 'number' ? error.cause : undefined;

function refused(what: string, status: number, text: string): RehearsalError {
  const said = (parsed(text) as { readonly message?: unknown } | null)?.message;
  const why = typeof said === 'string' ? `: ${said.slice(0, 300)}` : '';
  const detail = `the forge answered ${status} to ${what}${why}`;
  const remedy =
    status === 401 || status === 403 || status === 404
      ? 'give the step a token that may write checks, statuses and comments of this repository'
      : 'read what it says; run the step again where it was busy';
  const fault = status === 401 || status === 403 ? 'policy' : 'machine';
  return new RehearsalError(fault, 'forge-refused', detail, remedy, { cause: status });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // An empty answer, or a page of a proxy: the status has said it all.
    return null;
  }
}
