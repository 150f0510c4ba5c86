/**
 * Latencies in logarithmic buckets, as HdrHistogram has them: sixteen buckets to each doubling, so a
 * value read back is off by at most 1/32 (3 %). The first octave begins at 64 µs, below which
 * everything counts as 64 µs; the last ends at 134 s.
 */
const FIRST_OCTAVE = 6;
const LAST_OCTAVE = 26;
const SUB_BITS = 4;
const SUB = 1 << SUB_BITS;
const LONGEST_MS = 2 ** (LAST_OCTAVE + 1) / 1000;

export const BUCKETS = (LAST_OCTAVE - FIRST_OCTAVE + 1) * SUB;

/** The bucket of a latency in milliseconds. */
export function bucketOf(ms: number): number {
  // Beyond the last octave, and before an integer of 32 bits would wrap.
  if (ms >= LONGEST_MS) {
    return BUCKETS - 1;
  }
  const us = (ms * 1000) | 0;
  const octave = 31 - Math.clz32(us);
  if (octave < FIRST_OCTAVE) {
    return 0;
  }
  const sub = (us >>> (octave - SUB_BITS)) & (SUB - 1);
  return (octave - FIRST_OCTAVE) * SUB + sub;
}

/** The middle of a bucket, in milliseconds. */
export function bucketMs(bucket: number): number {
  const octave = Math.floor(bucket / SUB) + FIRST_OCTAVE;
  const width = 2 ** (octave - SUB_BITS);
  return (2 ** octave + ((bucket % SUB) + 0.5) * width) / 1000;
}

/** Upper end of a bucket, in milliseconds. */
export function bucketEndMs(bucket: number): number {
  const octave = Math.floor(bucket / SUB) + FIRST_OCTAVE;
  return (2 ** octave + ((bucket % SUB) + 1) * 2 ** (octave - SUB_BITS)) / 1000;
}

/**
 * Percentiles of counts that lie at `offset … offset + BUCKETS` of an array.
 *
 * @param ranks ascending, each 0–1
 * @returns milliseconds, one per rank; null where nothing was counted
 */
export function percentiles(
  counts: ArrayLike<number>,
  offset: number,
  ranks: readonly number[]
): (number | null)[] {
  let total = 0;
  for (let i = 0; i < BUCKETS; i++) {
    total += counts[offset + i]!;
  }
  if (total === 0) {
    return ranks.map(() => null);
  }
  let bucket = 0;
  let seen = counts[offset]!;
  return ranks.map(rank => {
    const target = Math.max(1, Math.ceil(rank * total));
    while (seen < target) {
      bucket++;
      seen += counts[offset + bucket]!;
    }
    return bucketMs(bucket);
  });
}
