import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';

export interface Asked {
  /** `POST /repos/{owner}/…`: the operation, as the vendor names it. */
  readonly operation: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: never;
}

export interface FakeForge extends AsyncDisposable {
  readonly url: string;
  readonly asked: Asked[];
  /** What was refused because it is not as the vendor describes it. */
  readonly mistakes: string[];
  to(operation: string): readonly Asked[];
}

export interface Operation {
  readonly schema?: object;
  readonly answer: (asked: Asked, path: readonly string[], query: URLSearchParams) => Answer;
}
export interface Answer {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A server that knows the operations it is given and nothing else, and takes only bodies that fit their schemas. The
 * vendor's interface lies `below` this path.
 */
export async function startForge(
  authorized: (headers: IncomingMessage['headers']) => boolean,
  operations: Readonly<Record<string, Operation>>,
  below = '',
): Promise<FakeForge> {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const asked: Asked[] = [];
  const mistakes: string[] = [];
  const known = Object.entries(operations).map(([name, operation]) => ({
    name,
    ...operation,
    pattern: new RegExp(`^${name.replace(/\{[^}]+\}/g, '([^/]+)')}$`),
    validate: operation.schema === undefined ? undefined : ajv.compile(operation.schema),
  }));
  const settle = (request: IncomingMessage, text: string): Answer => {
    if (!authorized(request.headers)) return { status: 401, body: { message: 'Bad credentials' } };
    const url = new URL(request.url ?? '/', 'http://forge');
    const path = url.pathname.startsWith(`${below}/`) ? url.pathname.slice(below.length) : `not-below${below}`;
    const target = `${request.method} ${path}`;
    const operation = known.find(({ pattern }) => pattern.test(target));
    if (operation === undefined) {
      mistakes.push(`no operation ${target}`);
      return { status: 404, body: { message: 'Not Found' } };
    }
    const body = (text === '' ? undefined : JSON.parse(text)) as never;
    if (operation.validate !== undefined && !operation.validate(body)) {
      mistakes.push(`${operation.name}: ${ajv.errorsText(operation.validate.errors)}`);
      return { status: 422, body: { message: 'Validation Failed' } };
    }
    const one = { operation: operation.name, path, headers: request.headers, body };
    asked.push(one);
    return operation.answer(one, (operation.pattern.exec(target) ?? []).slice(1), url.searchParams);
  };
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    request.on('end', () => reply(response, settle(request, text)));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${below}`,
    asked,
    mistakes,
    to: (operation) => asked.filter((one) => one.operation === operation),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function reply(response: ServerResponse, { status = 200, body, headers = {} }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

/** One page of a list, as both vendors cut it. */
export function page<Item>(items: readonly Item[], query: URLSearchParams): Answer {
  const size = Number(query.get('per_page') ?? 30);
  const from = (Number(query.get('page') ?? 1) - 1) * size;
  return { body: items.slice(from, from + size) };
}
