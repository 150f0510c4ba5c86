/** The little of protocol buffers' wire format that examples and events need. */

export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

/** How many bytes a number takes as a varint; for whole numbers from 0 to 2^53. */
export function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) {
    length++;
  }
  return length;
}

/** Writes a varint. @returns where it ends */
export function writeVarint(bytes: Uint8Array, offset: number, value: number): number {
  let at = offset;
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) {
    bytes[at++] = (rest % 128) | 128;
  }
  bytes[at++] = rest;
  return at;
}

/** One field of a message. */
export interface Field {
  readonly number: number;
  readonly type: number;
  /** Of a varint: as a signed 64-bit number, exact up to 2^53. */
  readonly value: number;
  /** Of bytes, and of the fixed types: where the content is. */
  readonly bytes: Buffer;
}

const NOTHING = Buffer.alloc(0);

class WireError extends Error {}

function readLong(bytes: Buffer, offset: number): { value: number; end: number } {
  let value = 0n;
  for (let at = offset, shift = 0n; at < bytes.length && shift < 70n; at++, shift += 7n) {
    const byte = bytes[at] ?? 0;
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) {
      return { value: Number(BigInt.asIntN(64, value)), end: at + 1 };
    }
  }
  throw new WireError();
}

/** A varint; the usual one, of a single byte, without the cost of big integers. */
function readVarint(bytes: Buffer, at: number): { value: number; end: number } {
  const first = bytes[at] ?? 0;
  return at < bytes.length && first < 128 ? { value: first, end: at + 1 } : readLong(bytes, at);
}

/**
 * The fields of a message in order.
 *
 * @returns undefined if the bytes are not a message
 */
export function readFields(bytes: Buffer): Field[] | undefined {
  const fields: Field[] = [];
  let at = 0;
  try {
    while (at < bytes.length) {
      const key = readVarint(bytes, at);
      at = key.end;
      const number = Math.floor(key.value / 8);
      const type = key.value % 8;
      if (type === VARINT) {
        const { value, end } = readVarint(bytes, at);
        fields.push({ number, type, value, bytes: NOTHING });
        at = end;
        continue;
      }
      let length = type === FIXED64 ? 8 : 4;
      if (type === BYTES) {
        const prefix = readVarint(bytes, at);
        length = prefix.value;
        at = prefix.end;
      } else if (type !== FIXED64 && type !== FIXED32) {
        return undefined;
      }
      if (length < 0 || at + length > bytes.length) {
        return undefined;
      }
      fields.push({ number, type, value: 0, bytes: bytes.subarray(at, at + length) });
      at += length;
    }
  } catch (error) {
    if (error instanceof WireError) {
      return undefined;
    }
    throw error;
  }
  return fields;
}

/** All varints of a packed field. */
export function readPacked(bytes: Buffer): number[] | undefined {
  const values: number[] = [];
  try {
    for (let at = 0; at < bytes.length;) {
      const { value, end } = readVarint(bytes, at);
      values.push(value);
      at = end;
    }
  } catch (error) {
    if (error instanceof WireError) {
      return undefined;
    }
    throw error;
  }
  return values;
}
