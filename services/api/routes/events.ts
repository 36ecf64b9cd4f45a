import { setTimeout as delay } from 'node:timers/promises';
import Type from 'typebox';
import type { RehearsalId } from '../../../shared/domain/ids.ts';
import type { StoredEvent } from '../../../shared/edge/ports/store.ts';
import { EventSchema } from '../../../shared/edge/wire/rehearsal.ts';
import { alwaysHeaders } from '../always-headers.ts';
import type { Api, ApiParts } from '../type-provider.ts';
import { findRehearsal, IdParams } from './rehearsals.ts';

/** How often the store is asked for more, and how often a silent connection is kept from being cut by a proxy. */
const lookMs = 250;
const aliveMs = 15_000;
const batch = 500;

export function eventRoute(app: Api, { store }: ApiParts): void {
  app.get(
    '/v1/rehearsals/:id/events',
    {
      config: { scope: 'read', bound: 'rehearsal' },
      schema: {
        summary: 'Server-sent events from the first, or from the one after Last-Event-ID; ends after the final status',
        params: IdParams,
        headers: Type.Object({ 'last-event-id': Type.Optional(Type.String({ pattern: '^\\d{1,15}$' })) }),
        produces: ['text/event-stream'],
        response: { 200: EventSchema, 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { id, status, lastEvent } = await findRehearsal({ store }, request.params.id);
      // Whoever counted too far would wait for ever for what comes after that.
      const after = Math.min(Number(request.headers['last-event-id'] ?? 0), lastEvent);
      const isOver = status !== 'queued' && status !== 'running';
      // 204 is how a browser's EventSource is told not to come back.
      if (isOver && after === lastEvent) return reply.code(204).send();
      reply.hijack();
      const { raw } = reply;
      const gone = new AbortController();
      raw.on('close', () => gone.abort());
      raw.writeHead(200, {
        ...alwaysHeaders(request.id),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      if (request.method === 'HEAD') return raw.end();
      raw.write('retry: 1000\n\n');
      try {
        for await (const text of follow(store.events, id, after, gone.signal)) raw.write(text);
      } catch (error) {
        // The reader comes back with its last id and goes on from there.
        request.log.warn({ err: error }, 'an event stream was cut');
      }
      raw.end();
    },
  );
}

type Events = ApiParts['store']['events'];

async function* follow(events: Events, id: RehearsalId, from: number, gone: AbortSignal): AsyncGenerator<string> {
  let last = from;
  let silentSince = Date.now();
  while (!gone.aborted) {
    const found = await events.after(id, last, batch);
    for (const event of found) {
      yield textOf(event);
      last = event.number;
      if (isFinal(event)) return;
    }
    if (found.length > 0) silentSince = Date.now();
    if (Date.now() - silentSince > aliveMs) {
      yield ': still here\n\n';
      silentSince = Date.now();
    }
    if (found.length < batch) await delay(lookMs, undefined, { ref: false });
  }
}

/** JSON has no raw line breaks, so one data line holds it. */
function textOf({ number, kind, content }: StoredEvent): string {
  return `id: ${number}\nevent: ${kind}\ndata: ${JSON.stringify(content)}\n\n`;
}

function isFinal({ kind, content }: StoredEvent): boolean {
  const status = kind === 'status' ? (content as { readonly status: string }).status : '';
  return status === 'judged' || status === 'cancelled' || status === 'failed';
}
