import type { ProbeRequest } from '../../shared/domain/bundle.ts';
import type { HttpAnswer, HttpRequest } from './send-request.ts';

/** What one probe carries from step to step: cookies, and the values that it saved. */
export class ProbeSession {
  readonly #cookies = new Map<string, string>();
  readonly #saved = new Map<string, string>();

  save(name: string, value: string): void {
    this.#saved.set(name, value);
  }

  /** The request as it is sent to `base`, with every `${name}` filled in. */
  fill(base: string, request: ProbeRequest): Omit<HttpRequest, 'timeoutMs'> {
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(request.headers)) headers[name.toLowerCase()] = this.#fillText(value);
    const cookies = [...this.#cookies].map(([name, value]) => `${name}=${value}`);
    if (cookies.length > 0) headers.cookie = [...(headers.cookie ? [headers.cookie] : []), ...cookies].join('; ');
    if (request.json !== undefined) headers['content-type'] ??= 'application/json';
    const body = this.#bodyOf(request);
    return {
      method: request.method,
      url: new URL(this.#fillText(request.path), base).href,
      headers,
      ...(body === undefined ? {} : { body }),
    };
  }

  keepCookies({ headers }: HttpAnswer): void {
    for (const cookie of headers['set-cookie'] ?? []) {
      const [pair = '', ...attributes] = cookie.split(';').map((part) => part.trim());
      const at = pair.indexOf('=');
      if (at <= 0) continue;
      if (attributes.some(isOver)) this.#cookies.delete(pair.slice(0, at));
      else this.#cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
  }

  #bodyOf({ json, body }: ProbeRequest): string | undefined {
    if (json !== undefined) return JSON.stringify(this.#fillJson(json));
    return body === undefined ? undefined : this.#fillText(body);
  }

  /** Filled in before it is written as JSON, so that a value with a quote in it stays one value. */
  #fillJson(value: unknown): unknown {
    if (typeof value === 'string') return this.#fillText(value);
    if (Array.isArray(value)) return value.map((item) => this.#fillJson(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.#fillText(key), this.#fillJson(item)]));
  }

  #fillText(text: string): string {
    return text.replace(/\$\{([A-Za-z0-9_]+)\}/g, (whole, name: string) => this.#saved.get(name) ?? whole);
  }
}

/** A cookie is taken back by an end that lies behind us. */
function isOver(attribute: string): boolean {
  const [name = '', value = ''] = attribute.split('=');
  if (name.toLowerCase() === 'max-age') return Number(value) <= 0;
  return name.toLowerCase() === 'expires' && Date.parse(value) < Date.now();
}
