import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { rehearse } from './cli.ts';
import type { Service } from './service.ts';
import type { Directory } from './vendor.ts';

/** What the service answers is looked at field by field, so its type is only what a test needs of it. */
export async function json<T = Readonly<Record<string, unknown>>>(response: Response): Promise<T> {
  return (await response.json()) as T;
}

export const post = (service: Service, body: Buffer, headers: Readonly<Record<string, string>> = {}) =>
  service.call('/v1/rehearsals', {
    method: 'POST',
    body: new Uint8Array(body),
    headers: { 'content-type': 'application/gzip', ...headers },
  });

export const gate = (service: Service, name: string, version: string, ...more: string[]) =>
  rehearse(['gate', '--server', service.url, '--service', name, '--version', version, ...more], {
    env: { REHEARSAL_TOKEN: service.token },
  });

/** As a pipeline does it: waits for the end, and prints the report. */
export const submit = (service: Service, dir: string, ...more: string[]) =>
  rehearse(['submit', dir, '--server', service.url, '--wait', '4m', '--format', 'json', ...more], {
    env: { REHEARSAL_TOKEN: service.token },
  });

export function packed(bundle: Directory, into: Directory, name: string): Buffer {
  const path = join(into.dir, name);
  execFileSync('tar', ['-C', bundle.dir, '-czf', path, '.']);
  return readFileSync(path);
}

/** All events to the end of the stream; the server ends it when the rehearsal is over. */
export async function eventsOf(
  service: Service,
  id: string,
  after?: string,
): Promise<readonly { id?: string; data: string }[]> {
  const headers = { accept: 'text/event-stream', ...(after !== undefined && { 'last-event-id': after }) };
  const response = await service.call(`/v1/rehearsals/${id}/events`, { headers, signal: AbortSignal.timeout(240_000) });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const text = await response.text();
  return text.split('\n\n').flatMap((block) => {
    const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1];
    const data = field('data');
    const eventId = field('id');
    return data === undefined ? [] : [{ data, ...(eventId !== undefined && { id: eventId }) }];
  });
}
