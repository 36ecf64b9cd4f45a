import { createHash } from 'node:crypto';
import type { Actor, AuditAction } from '../../ports/audit.ts';
import type { StoredToken, TokenBearer, TokenHolder, TokenRequest, Tokens } from '../../ports/tokens.ts';
import { inBatches } from '../in-batches.ts';
import { recordAudit } from './audit.ts';
import type { Ask, Database } from './database.ts';

export function openTokens(database: Database): Tokens {
  const { rows, often } = database;
  return {
    add: (token, holder, by) => database.transaction((ask) => add(ask, token, holder, by, 'make-token')),
    find: inBatches((tokens: readonly string[]) => find(often, tokens)),
    rotate: (id, token, graceMs, by) => database.transaction((ask) => rotate(ask, id, token, graceMs, by)),
    revoke: (id, by) => database.transaction((ask) => revoke(ask, id, by)),
    list: async () => (await rows<TokenRow>(`SELECT ${columns} FROM tokens ORDER BY created_at, hash`)).map(tokenOf),
    any: async () => (await rows('SELECT FROM tokens LIMIT 1')).length > 0,
  };
}

/** The same token again keeps what became of it: whoever revoked it meant it. */
async function add(
  rows: Ask,
  token: string,
  { name, scopes, service, expiresAt }: TokenRequest,
  by: Actor,
  action: AuditAction,
): Promise<StoredToken> {
  const values = [hashOf(token), name, scopes, service ?? null, expiresAt ?? null];
  const [made] = await rows<TokenRow>(
    `INSERT INTO tokens (hash, name, scopes, service, expires_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (hash) DO NOTHING RETURNING ${columns}`,
    values,
  );
  if (made !== undefined) {
    const detail = { name, scopes, expiresAt: expiresAt ?? null };
    await audit(rows, action, made, by, detail);
    return tokenOf(made);
  }
  const [known] = await rows<TokenRow>(
    `UPDATE tokens SET name = $2, scopes = $3, service = $4, expires_at = $5 WHERE hash = $1 RETURNING ${columns}`,
    values,
  );
  if (known === undefined) throw new Error('a token that is there was not found');
  return tokenOf(known);
}

const isGood = 'revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())';

/** Its use is written down at most once a minute, so that asking does not mean writing. */
async function find(rows: Ask, tokens: readonly string[]): Promise<readonly (TokenBearer | null)[]> {
  const hashes = tokens.map(hashOf);
  const found = await rows<TokenRow & { readonly hash: string; readonly stale: boolean }>(
    `SELECT hash, ${columns}, coalesce(last_used_at < now() - interval '1 minute', true) AS stale FROM tokens
      WHERE hash = ANY($1) AND ${isGood}`,
    [[...new Set(hashes)]],
  );
  const stale = found.filter((row) => row.stale).map(({ hash }) => hash);
  if (stale.length > 0) await rows(noteUseSql, [stale]);
  const holders = new Map(found.map((row) => [row.hash, { ...holderOf(row), id: row.id }]));
  return hashes.map((hash) => holders.get(hash) ?? null);
}

/** A row that somebody holds makes nobody wait: the next use is noted. */
const noteUseSql = `UPDATE tokens SET last_used_at = now()
  WHERE hash IN (SELECT hash FROM tokens WHERE hash = ANY($1) FOR UPDATE SKIP LOCKED)`;

/** The new one lives as long as the old one was made for. */
async function rotate(rows: Ask, id: string, token: string, graceMs: number, by: Actor): Promise<StoredToken | null> {
  const [old] = await rows<TokenRow>(
    `SELECT ${columns} FROM tokens WHERE left(hash, ${idLength}) = $1 AND ${isGood} FOR UPDATE`,
    [id],
  );
  if (old === undefined) return null;
  await rows(
    `UPDATE tokens SET expires_at = least(expires_at, now() + $2 * interval '1 millisecond')
      WHERE left(hash, ${idLength}) = $1`,
    [id, graceMs],
  );
  const lifeMs = old.expires_at === null ? undefined : old.expires_at.getTime() - old.created_at.getTime();
  const expiresAt = lifeMs === undefined ? {} : { expiresAt: new Date(Date.now() + lifeMs) };
  return add(rows, token, { ...holderOf(old), ...expiresAt }, by, 'rotate-token');
}

async function revoke(rows: Ask, id: string, by: Actor): Promise<boolean> {
  const [old] = await rows<TokenRow>(
    `UPDATE tokens SET revoked_at = now() WHERE left(hash, ${idLength}) = $1 AND revoked_at IS NULL RETURNING ${columns}`,
    [id],
  );
  if (old === undefined) return false;
  await audit(rows, 'revoke-token', old, by, { name: old.name });
  return true;
}

function audit(rows: Ask, action: AuditAction, { id, service }: TokenRow, by: Actor, detail: object): Promise<void> {
  return recordAudit(rows, {
    ...{ action, actor: by.name, service, subject: id, detail },
    requestId: by.requestId ?? null,
  });
}

const idLength = 16;
const columns = `left(hash, ${idLength}) AS id, name, scopes, service, created_at, expires_at, last_used_at, revoked_at`;

interface TokenRow {
  readonly id: string;
  readonly name: string;
  readonly scopes: TokenHolder['scopes'];
  readonly service: string | null;
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly last_used_at: Date | null;
  readonly revoked_at: Date | null;
}

const holderOf = ({ name, scopes, service }: TokenRow): TokenHolder => ({
  name,
  scopes,
  ...(service === null ? {} : { service }),
});

const tokenOf = (row: TokenRow): StoredToken => ({
  ...holderOf(row),
  id: row.id,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  lastUsedAt: row.last_used_at,
  revokedAt: row.revoked_at,
});

/** Tokens are long and random, so a plain hash cannot be guessed back. */
function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
