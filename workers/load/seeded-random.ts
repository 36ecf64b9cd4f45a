/** A source of numbers in [0, 1). */
export type Random = () => number;

/**
 * Numbers for the n-th arrival of a seed. Each arrival has its own source, so that one that draws more numbers than
 * before does not shift all that follow.
 */
export function seededRandom(seed: number, n: number): Random {
  let state = mix(mix(seed | 0) ^ Math.imul(n + 1, 0x9e3779b1)) | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    return mix(state) / 0x1_0000_0000;
  };
}

/** Integer between both ends, inclusive. */
export function randomInteger(random: Random, from: number, to: number): number {
  return from + Math.floor(random() * (to - from + 1));
}

/** Finalizer of MurmurHash3: every input bit changes about half of the output bits. */
function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
