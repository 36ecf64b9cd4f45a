import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance, FastifyTypeProvider, RawServerDefault } from 'fastify';
import type { Static, TSchema } from 'typebox';
import type { Queue } from '../../shared/edge/ports/queue.ts';
import type { Scope, Store, TokenHolder } from '../../shared/edge/ports/store.ts';

/** What a route's TypeBox schema says is what its handler's types say. */
export interface TypeBoxProvider extends FastifyTypeProvider {
  readonly validator: this['schema'] extends TSchema ? Static<this['schema']> : unknown;
  readonly serializer: unknown;
}

export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxProvider
>;

export interface ApiParts {
  readonly store: Store;
  readonly queue: Queue;
  /** Archives on their way to the store, and their unpacked selves while they are looked at. */
  readonly scratchDir: string;
  readonly archiveBytesMax: number;
  /** Not public, and yet webhooks may be sent there. */
  readonly webhookNetworks?: readonly string[];
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a token must allow; routes without it are open to everybody. */
    scope?: Scope;
    /** A page for browsers: who is not signed in is sent to the sign-in form. */
    page?: boolean;
    /** Whatever goes wrong here means that the gate is closed, and the answer says so. */
    gate?: boolean;
  }
  interface FastifyRequest {
    holder: TokenHolder | null;
  }
}
