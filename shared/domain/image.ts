import type { AppName } from './bundle.ts';

/** What a name of an image stood for on a machine; a tag may be moved to another one. Both are `sha256:` and 64 digits. */
export interface ImageIdentity {
  /** Of the engine. */
  readonly id: string;
  /** Under which registries have it; empty: it was made here, or the engine does not say. */
  readonly digests: readonly string[];
}

/** The image that a version was rehearsed in. */
export interface VersionImage extends ImageIdentity {
  readonly app: AppName;
  readonly name: string;
}
