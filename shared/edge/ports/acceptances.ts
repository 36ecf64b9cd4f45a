import type { Actor } from './audit.ts';

export interface StoredWaiver {
  readonly id: number;
  readonly service: string;
  readonly check: string;
  readonly relation?: string;
  readonly phase?: string;
  readonly app?: 'previous' | 'next';
  /** Absent: in every environment. */
  readonly environment?: string;
  /** Absent: whatever the bundle. */
  readonly bundleDigest?: string;
  readonly by: string;
  readonly reason: string;
  readonly expiresAt: Date;
  readonly createdAt: Date;
}

export interface StoredOverride {
  readonly id: number;
  readonly service: string;
  readonly version: string;
  readonly environment: string;
  readonly bundleDigest?: string;
  readonly by: string;
  readonly reason: string;
  readonly expiresAt: Date;
  readonly createdAt: Date;
}

/** What people accepted; it stays readable for ever, and the database refuses to change or remove it. */
export interface Acceptances {
  waive(waiver: Omit<StoredWaiver, 'id' | 'createdAt'>, by: Actor): Promise<StoredWaiver>;
  override(override: Omit<StoredOverride, 'id' | 'createdAt'>, by: Actor): Promise<StoredOverride>;
  /** Of one service, or of all; oldest first, expired ones too. */
  waivers(service?: string): Promise<readonly StoredWaiver[]>;
  overrides(service?: string): Promise<readonly StoredOverride[]>;
}
