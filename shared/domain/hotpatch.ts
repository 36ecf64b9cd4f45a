import type { Observed } from './observed.ts';

/** What lies where a hot patch has to be. */
export type HotpatchFound =
  | { readonly kind: 'file'; readonly sha256: string }
  | { readonly kind: 'nothing' | 'directory' | 'special file' }
  /** The way there leaves the bundle, or leads back to itself. */
  | { readonly kind: 'way out' };

/** One declared hot patch, looked for in next. */
export interface HotpatchLook {
  /** As the manifest writes it. */
  readonly path: string;
  /** Where it was looked for: a path of the bundle, or one in an image. */
  readonly place: string;
  readonly found: Observed<HotpatchFound>;
}
