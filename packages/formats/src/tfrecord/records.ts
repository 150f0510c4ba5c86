import { maskedCrc32c } from './crc32c.ts';

const HEADER = 12;
const FOOTER = 4;

/** What {@link readRecords} found in a piece of a file. */
export interface Records {
  readonly records: readonly Buffer[];
  /** Bytes of whole records. */
  readonly end: number;
  /** A checksum is wrong at `end`. */
  readonly damaged: boolean;
  /** Length of the record at `end` with its frame, if its header is there. */
  readonly next: number | undefined;
}

/** The whole records of a piece that begins with one; views into it. */
export function readRecords(piece: Buffer): Records {
  const records: Buffer[] = [];
  let at = 0;
  let next: number | undefined;
  let damaged = false;
  while (at + HEADER <= piece.length) {
    if (maskedCrc32c(piece.subarray(at, at + 8)) !== piece.readUInt32LE(at + 8)) {
      damaged = true;
      break;
    }
    const length = piece.readUInt32LE(at) + piece.readUInt32LE(at + 4) * 2 ** 32;
    const start = at + HEADER;
    const end = start + length;
    if (end + FOOTER > piece.length) {
      next = HEADER + length + FOOTER;
      break;
    }
    const data = piece.subarray(start, end);
    if (maskedCrc32c(data) !== piece.readUInt32LE(end)) {
      damaged = true;
      break;
    }
    records.push(data);
    at = end + FOOTER;
  }
  return { records, end: at, damaged, next };
}
