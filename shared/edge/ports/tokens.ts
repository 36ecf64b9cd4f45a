import type { Actor } from './audit.ts';

export const scopes = ['submit', 'read', 'gate', 'waive', 'admin'] as const;
export type Scope = (typeof scopes)[number];

export interface TokenHolder {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Absent: it is good for every service. */
  readonly service?: string;
}

export interface TokenRequest extends TokenHolder {
  /** Absent: until somebody revokes it. */
  readonly expiresAt?: Date;
}

/** Who came with a token. */
export interface TokenBearer extends TokenHolder {
  /** Begins its hash, from which it cannot be guessed. Names may be shared, this is not. */
  readonly id: string;
}

/** All that is known of a token; itself it is known to its holder only. */
export interface StoredToken extends TokenBearer {
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  /** To the minute. */
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}

/** Only hashes are kept. */
export interface Tokens {
  add(token: string, holder: TokenRequest, by: Actor): Promise<StoredToken>;
  /** null: unknown, expired or revoked. Its use is noted. */
  find(token: string): Promise<TokenBearer | null>;
  /**
   * A new one for the same holder; the old one is good for `graceMs` more, so that nobody stands at a closed door. null:
   * there is no such token, or it is over.
   */
  rotate(id: string, token: string, graceMs: number, by: Actor): Promise<StoredToken | null>;
  /** false: there is none, or it is over already. */
  revoke(id: string, by: Actor): Promise<boolean>;
  list(): Promise<readonly StoredToken[]>;
  any(): Promise<boolean>;
}
