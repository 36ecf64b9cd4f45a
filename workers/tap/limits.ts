const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;

/** What one connection may cost the worker. Nothing that only passes through is ever gathered. */
export const limits = {
  /** PostgreSQL refuses longer messages itself: PQ_LARGE_MESSAGE_LIMIT in its sources. */
  frameBytesMax: 0x3fff_ffff,
  /** The server's own bound of a start-up packet: MAX_STARTUP_PACKET_LENGTH. */
  startupBytesMax: 10_000,
  /** A longer SQL text is known by its beginning only. */
  sqlBytesMax: mebibyte,
  /** Names, tags and error fields lie at the beginning of their messages. */
  headBytesMax: 64 * kibibyte,
  /** An answer or a batch that is held back and grows beyond this is sent on. */
  heldBytesMax: 8 * mebibyte,
  /** Bytes that were read and not yet handled; beyond it the peer has to wait. */
  queuedBytesMax: 256 * kibibyte,
  /** Several small buffers are copied into one, which is cheaper than to write them one by one. */
  joinedBytesMax: 16 * kibibyte,
} as const;
