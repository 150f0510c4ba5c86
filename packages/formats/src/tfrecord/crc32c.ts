/**
 * CRC-32C (Castagnoli, RFC 3720 appendix B.4) by tables, eight bytes a step ("slicing by eight",
 * M. Kounavis and F. Berry, 2005). Node's own crc32 has another polynomial.
 */

const POLYNOMIAL = 0x82f63b78;
const SLICES = 8;

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

/** The CRC-32C of bytes, 0 to 2^32 − 1. */
export function crc32c(bytes: Uint8Array): number {
  const { length } = bytes;
  let crc = -1;
  let at = 0;
  // Words can be read where their address is a multiple of four only.
  for (const aligned = Math.min(length, -bytes.byteOffset & 3); at < aligned; at++) {
    crc = table[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8);
  }
  const pairs = (length - at) >>> 3;
  const words =
    pairs > 0 ? new Int32Array(bytes.buffer, bytes.byteOffset + at, pairs * 2) : new Int32Array(0);
  for (let i = 0; i < words.length; i += 2) {
    const low = words[i]! ^ crc;
    const high = words[i + 1]!;
    crc =
      table[1792 + (low & 0xff)]! ^
      table[1536 + ((low >>> 8) & 0xff)]! ^
      table[1280 + ((low >>> 16) & 0xff)]! ^
      table[1024 + (low >>> 24)]! ^
      table[768 + (high & 0xff)]! ^
      table[512 + ((high >>> 8) & 0xff)]! ^
      table[256 + ((high >>> 16) & 0xff)]! ^
      table[high >>> 24]!;
  }
  for (at += pairs * 8; at < length; at++) {
    crc = table[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}

/** The CRC as TFRecord files hold it: rotated and shifted, so that a CRC of data with CRCs in it is sound. */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
