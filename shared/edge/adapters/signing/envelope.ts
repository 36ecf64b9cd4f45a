import { createPublicKey, sign, verify } from 'node:crypto';
import type { PublicJwk, SigningKey } from './signing-key.ts';

/** DSSE envelope: https://github.com/secure-systems-lab/dsse/blob/master/envelope.md */
export interface Envelope {
  readonly payloadType: string;
  /** Base64 of what was signed. */
  readonly payload: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

const inTotoType = 'application/vnd.in-toto+json';

export function signed(statement: object, key: SigningKey): Envelope {
  const payload = Buffer.from(JSON.stringify(statement));
  const sig = sign(null, preAuthentication(inTotoType, payload), key.privateKey).toString('base64');
  return {
    payloadType: inTotoType,
    payload: payload.toString('base64'),
    signatures: [{ keyid: key.publicJwk.kid, sig }],
  };
}

/** The statement, where one of the keys signed it as it is; null: none did, and nothing in it can be believed. */
export function verified(envelope: Envelope, keys: readonly Pick<PublicJwk, 'kty' | 'crv' | 'x'>[]): unknown {
  if (envelope.payloadType !== inTotoType) return null;
  const payload = Buffer.from(envelope.payload, 'base64');
  const said = preAuthentication(envelope.payloadType, payload);
  const isSigned = keys.some(({ kty, crv, x }) => {
    const key = createPublicKey({ key: { kty, crv, x }, format: 'jwk' });
    return envelope.signatures.some(({ sig }) => verify(null, said, key, Buffer.from(sig, 'base64')));
  });
  return isSigned ? JSON.parse(payload.toString('utf8')) : null;
}

/** PAE of the DSSE protocol: type and payload with their lengths, so that neither can be taken for the other. */
function preAuthentication(type: string, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `), payload]);
}
