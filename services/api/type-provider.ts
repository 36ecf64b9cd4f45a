import type { IncomingMessage, ServerResponse } from 'node:http';
import type {
  FastifyBaseLogger,
  FastifyContextConfig,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  FastifyTypeProvider,
  RawServerDefault,
} from 'fastify';
import type { Static, TSchema } from 'typebox';
import type { SigningKey } from '../../shared/edge/adapters/signing/signing-key.ts';
import type { Queue } from '../../shared/edge/ports/queue.ts';
import type { Store } from '../../shared/edge/ports/store.ts';
import type { Scope, TokenBearer } from '../../shared/edge/ports/tokens.ts';
import type { GitlabSettings } from '../integrations/gitlab/gitlab-of-environment.ts';

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
  /** Absent: no external status check is answered. */
  readonly gitlab?: Pick<GitlabSettings, 'secret'> | undefined;
  /** Signs what was judged. */
  readonly signingKey: SigningKey;
  /** Requests that one token, or one address without any, may make in a minute. */
  readonly requestsPerMinuteMax: number;
}

/** Whose token it is, if anybody's. Throws the problem `too-many-requests`. */
export type Identify = (
  request: FastifyRequest,
  reply: FastifyReply,
  token: string | undefined,
) => Promise<TokenBearer | null>;

/** One row of the table from which the authorization matrix is tested. */
export interface ApiRoute extends FastifyContextConfig {
  readonly method: string;
  readonly url: string;
}

declare module 'fastify' {
  interface FastifyInstance {
    readonly routeTable: readonly ApiRoute[];
    readonly identify: Identify;
  }
  interface FastifyContextConfig {
    /** What a token must allow; routes without it are open to everybody. */
    scope?: Scope;
    /**
     * What holds a token of one service to it: the rehearsal that the path names, the service that the query or the
     * body names, the handler itself, or nothing, because nothing of any service is told. Absent: it is closed to such
     * tokens.
     */
    bound?: 'rehearsal' | 'query' | 'body' | 'by-handler' | 'nothing';
    /** Nobody has a token here: the caller proves itself by a signature over what it sends. */
    signed?: true;
    /** A page for browsers: who is not signed in is sent to the sign-in form. */
    page?: boolean;
    /** Whatever goes wrong here means that the gate is closed, and the answer says so. */
    gate?: boolean;
  }
  interface FastifyRequest {
    holder: TokenBearer | null;
  }
}
