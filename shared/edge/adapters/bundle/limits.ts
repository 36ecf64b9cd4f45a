/** What a bundle may be at most (CONTRACT 1.1). */
export interface BundleLimits {
  /** Sum of all files. */
  readonly unpackedBytesMax: number;
  /** Files, links and directories. */
  readonly entriesMax: number;
  /** Names in one path. */
  readonly depthMax: number;
  /** Unpacked bytes for each byte of the archive. */
  readonly expansionMax: number;
}

export const bundleLimits: BundleLimits = {
  unpackedBytesMax: 1024 ** 3,
  entriesMax: 200_000,
  depthMax: 64,
  expansionMax: 200,
};

/** A path of more bytes exists on no file system that could hold the bundle (PATH_MAX of Linux). */
export const pathBytesMax = 4096;

/** Headers, padding and empty blocks of an archive together are never larger than the largest bundle. */
export const streamBytesMax = (limits: BundleLimits): number => 2 * limits.unpackedBytesMax;
