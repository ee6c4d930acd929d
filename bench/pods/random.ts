/** Chance that is the same in every run: a seeded generator, so that every process measures the same pods. */

/** Numbers in [0, 1), by Marsaglia's xorshift with 32 bits. */
export function seeded(seed: number): () => number {
  let state = seed | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
