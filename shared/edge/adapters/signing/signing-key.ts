import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RehearsalError } from '../../../domain/problem.ts';

/** An Ed25519 key (RFC 8032) and the name under which its public half is published. */
export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly publicJwk: PublicJwk;
}

/** RFC 8037; `kid` is the key's thumbprint (RFC 7638). */
export interface PublicJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
  readonly kid: string;
  readonly alg: 'EdDSA';
  readonly use: 'sig';
}

/** From PKCS#8 in PEM. Throws RehearsalError `invalid-signing-key`. */
export function signingKeyOf(pem: string): SigningKey {
  try {
    const privateKey = createPrivateKey(pem);
    const { crv, x } = createPublicKey(privateKey).export({ format: 'jwk' });
    if (crv !== 'Ed25519' || x === undefined) throw new Error('not an Ed25519 key');
    return { privateKey, publicJwk: publicJwk(x) };
  } catch (cause) {
    throw new RehearsalError(
      'machine',
      'invalid-signing-key',
      'The signing key is no Ed25519 private key in PEM.',
      'Make one with `openssl genpkey -algorithm ed25519`.',
      { cause },
    );
  }
}

/** The one that is kept in `file`, made there where it is missing; nobody but its owner can read it. */
export async function keptSigningKey(file: string): Promise<SigningKey> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  try {
    await writeFile(file, pem, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return signingKeyOf(await readFile(file, 'utf8'));
}

export function publicJwk(x: string): PublicJwk {
  const kid = createHash('sha256').update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest('base64url');
  return { kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA', use: 'sig' };
}
