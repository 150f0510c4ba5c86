/**
 * CRC-32C (Castagnoli, RFC 3720 appendix B.4) by tables, eight bytes a step ("slicing by eight",
 * M. Kounavis and F. Berry, 2005). Node's own crc32 has another polynomial. A step waits for the one
 * before it, so that long inputs are taken as three lanes at a time, joined by what so many zeros
 * after a lane would have made of its CRC.
 */

const POLYNOMIAL = 0x82f63b78;
const SLICES = 8;

/** Bytes and words of a lane. */
const LANE = 2048;
const LANE_WORDS = LANE / 4;

const table = new Int32Array(256 * SLICES);
for (let byte = 0; byte < 256; byte++) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) {
    crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  }
  table[byte] = crc;
}
for (let byte = 0; byte < 256; byte++) {
  let crc = table[byte]!;
  for (let slice = 1; slice < SLICES; slice++) {
    crc = table[crc & 0xff]! ^ (crc >>> 8);
    table[slice * 256 + byte] = crc;
  }
}

/** What a lane of zeros makes of each byte of a CRC; a CRC is linear in its bytes. */
const zeros = new Int32Array(256 * 4);
for (let i = 0; i < zeros.length; i++) {
  let crc = (i & 0xff) << (8 * (i >>> 8));
  for (let byte = 0; byte < LANE; byte++) {
    crc = table[crc & 0xff]! ^ (crc >>> 8);
  }
  zeros[i] = crc;
}

const afterZeros = (crc: number): number =>
  zeros[crc & 0xff]! ^
  zeros[256 + ((crc >>> 8) & 0xff)]! ^
  zeros[512 + ((crc >>> 16) & 0xff)]! ^
  zeros[768 + (crc >>> 24)]!;

/** Eight bytes, the CRC so far already in the lower four. */
const step = (low: number, high: number): number =>
  table[1792 + (low & 0xff)]! ^
  table[1536 + ((low >>> 8) & 0xff)]! ^
  table[1280 + ((low >>> 16) & 0xff)]! ^
  table[1024 + (low >>> 24)]! ^
  table[768 + (high & 0xff)]! ^
  table[512 + ((high >>> 8) & 0xff)]! ^
  table[256 + ((high >>> 16) & 0xff)]! ^
  table[high >>> 24]!;

function lanes(words: Int32Array, from: number, crc: number): number {
  let first = crc;
  let second = 0;
  let third = 0;
  for (let i = from; i < from + LANE_WORDS; i += 2) {
    first = step(words[i]! ^ first, words[i + 1]!);
    second = step(words[i + LANE_WORDS]! ^ second, words[i + LANE_WORDS + 1]!);
    third = step(words[i + 2 * LANE_WORDS]! ^ third, words[i + 2 * LANE_WORDS + 1]!);
  }
  return afterZeros(afterZeros(first) ^ second) ^ third;
}

/** The CRC-32C of bytes, 0 to 2^32 − 1. */
export function crc32c(bytes: Uint8Array): number {
  const { length } = bytes;
  let crc = -1;
  let at = 0;
  // Words can be read where their address is a multiple of four only.
  for (const aligned = Math.min(length, -bytes.byteOffset & 3); at < aligned; at++) {
    crc = table[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8);
  }
  const count = ((length - at) >>> 3) * 2;
  if (count > 0) {
    const words = new Int32Array(bytes.buffer, bytes.byteOffset + at, count);
    let i = 0;
    for (; i + 3 * LANE_WORDS <= count; i += 3 * LANE_WORDS) {
      crc = lanes(words, i, crc);
    }
    for (; i < count; i += 2) {
      crc = step(words[i]! ^ crc, words[i + 1]!);
    }
    at += count * 4;
  }
  for (; at < length; at++) {
    crc = table[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}

/** The CRC as TFRecord files hold it: rotated and shifted, so that a CRC of data with CRCs in it is sound. */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
