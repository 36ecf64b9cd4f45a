import Type, { type Static } from 'typebox';

/** DSSE envelope around an in-toto statement. */
export const EnvelopeSchema = Type.Object(
  {
    payloadType: Type.String(),
    payload: Type.String({ description: 'Base64 of the statement' }),
    signatures: Type.Array(Type.Object({ keyid: Type.String(), sig: Type.String() }), { minItems: 1 }),
  },
  { $id: 'Envelope' },
);
export type WireEnvelope = Static<typeof EnvelopeSchema>;

export const KeySetSchema = Type.Object(
  {
    keys: Type.Array(
      Type.Object({ kty: Type.Literal('OKP'), crv: Type.Literal('Ed25519'), x: Type.String(), kid: Type.String() }),
    ),
  },
  { $id: 'KeySet' },
);
export type WireKeySet = Static<typeof KeySetSchema>;
