/** What a bundle may be at most (CONTRACT 1.1). */
export interface BundleLimits {
  /** Sum of all files. */
  readonly unpackedBytesMax: number;
  /** Files, links and directories. */
  readonly entriesMax: number;
  /** Directories of the bundle above a file. */
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

/** Room is left for the directory that a copy of the bundle lies in: PATH_MAX of Linux is 4096. */
export const pathBytesMax = 2048;
/** NAME_MAX of every file system that a bundle is copied to. */
export const nameBytesMax = 255;
/** xfs keeps no longer ones. */
export const targetBytesMax = 1023;

/** Headers, padding and empty blocks of an archive together are never larger than the largest bundle. */
export const streamBytesMax = (limits: BundleLimits): number => 2 * limits.unpackedBytesMax;

/** Made by those who can see what is in it, and without what tar programs add on request. */
export const packAgain = 'Pack it again: tar -czf bundle.tar.gz -C DIRECTORY .';

/** What a reader of a refusal can compare with `du`. */
export const inMiB = (bytes: number): string => `${Math.ceil(bytes / 1024 ** 2)} MiB (${bytes} bytes)`;

/** What is at most that large is read and written whole, and larger ones as they come. */
export const atOnceBytesMax = 1024 ** 2;
