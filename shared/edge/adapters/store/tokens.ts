import { createHash } from 'node:crypto';
import type { TokenHolder, Tokens } from '../../ports/store.ts';
import type { Database } from './database.ts';

export function openTokens({ rows }: Database): Tokens {
  return {
    add: async (token, { name, scopes }) => {
      await rows(
        `INSERT INTO tokens (hash, name, scopes) VALUES ($1, $2, $3)
         ON CONFLICT (hash) DO UPDATE SET name = excluded.name, scopes = excluded.scopes`,
        [hashOf(token), name, scopes],
      );
    },
    find: async (token) =>
      (await rows<TokenHolder>('SELECT name, scopes FROM tokens WHERE hash = $1', [hashOf(token)]))[0] ?? null,
    any: async () => (await rows('SELECT FROM tokens LIMIT 1')).length > 0,
  };
}

/** Tokens are long and random, so a plain hash cannot be guessed back. */
function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
