import type { Actor } from './audit.ts';

export interface PostedSchema {
  readonly service: string;
  readonly environment: string;
  /** `sha256:…` as `schemaFingerprint` makes it. */
  readonly fingerprint: string;
}

export interface StoredSchema extends PostedSchema {
  readonly postedBy: string;
  readonly at: Date;
}

/** What production is like, said by whoever deploys there. */
export interface ProductionSchemas {
  post(schema: PostedSchema, by: Actor): Promise<StoredSchema>;
}
