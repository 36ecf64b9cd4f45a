/** Where large things that several machines need lie outside of the store: whole files under names of our own. */
export interface Artifacts {
  /** `file:///directory` or `s3://bucket/prefix`: what the store notes beside each thing that lies there. */
  readonly place: string;
  /**
   * Complete or not at all, as `bundles/sha256-…`. What is there under this name already is replaced. Throws
   * RehearsalError `artifacts-unreachable`.
   */
  put(name: string, path: string): Promise<void>;
  /** Writes to `path`, which may be left incomplete where this rejects; false: nothing has this name. Throws as `put`. */
  fetch(name: string, path: string): Promise<boolean>;
  /** Nothing happens where nothing has this name. Throws as `put`. */
  remove(name: string): Promise<void>;
}
