/** What the moments of a test come from: `TOPSDL_TEST_SEED`, or another one each time. A test says it when it fails. */
export function testSeed(): number {
  return Number(process.env['TOPSDL_TEST_SEED'] ?? Date.now() % 1_000_000);
}

/** Numbers from 0 to 1 that a seed determines (mulberry32). */
export function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
