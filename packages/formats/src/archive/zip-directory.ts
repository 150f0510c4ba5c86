import { crc32 } from 'node:zlib';
import { ArchiveError } from '../problem.ts';
import type { BlockReader } from './block-reader.ts';
import { decodeUtf8 } from './names.ts';

/**
 * The central directory of a zip file (PKWARE APPNOTE 6.3.10, sections 4.3.12 to 4.3.16 and 4.5).
 * Numbers in comments are its sections.
 */

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const LOCATOR_SIGNATURE = 0x07064b50;
const LOCATOR_BYTES = 20;
const END64_SIGNATURE = 0x06064b50;
const END64_BYTES = 56;
const HEADER_SIGNATURE = 0x02014b50;
const HEADER_BYTES = 46;
export const LOCAL_BYTES = 30;

const MAX16 = 0xffff;
const MAX32 = 0xffffffff;

const EXTRA_ZIP64 = 0x0001;
const EXTRA_UNICODE_PATH = 0x7075;

/** Flag bits (4.4.4): encrypted, strong encryption, masked local headers. */
const ENCRYPTED = 0x2041;
const FLAG_DESCRIPTOR = 0x0008;
const FLAG_UTF8 = 0x0800;

export interface DirectoryPlace {
  readonly offset: number;
  readonly size: number;
  /** As declared. With more than 65,535 entries old writers declare it modulo 65,536. */
  readonly count: number;
  readonly zip64: boolean;
}

export interface ZipHeader {
  /** As stored. */
  readonly nameBytes: Buffer;
  /** What the Unicode path field says, where there is one. */
  readonly name: string | undefined;
  /** The name is flagged as UTF-8; some programs flag whatever they write. */
  readonly utf8: boolean;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
  /** The upper half of the external attributes: a Unix mode, or 0. */
  readonly mode: number;
  /** Sizes follow the data instead of standing in the local header. */
  readonly descriptor: boolean;
}

const damaged = (params = {}) => new ArchiveError('archive.damaged', params);

const readUInt64 = (bytes: Buffer, at: number): number => {
  const value = bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32;
  if (!Number.isSafeInteger(value)) {
    throw damaged();
  }
  return value;
};

/** Finds the central directory from the end of the file. */
export function findDirectory(reader: BlockReader): DirectoryPlace {
  const tailBytes = Math.min(reader.size, END_BYTES + MAX16);
  const tailStart = reader.size - tailBytes;
  const tail = Buffer.from(reader.view(tailStart, tailBytes));
  for (let at = tailBytes - END_BYTES; at >= 0; at--) {
    if (tail[at] !== 0x50 || tail.readUInt32LE(at) !== END_SIGNATURE) {
      continue;
    }
    if (at + END_BYTES + tail.readUInt16LE(at + 20) > tailBytes) {
      continue;
    }
    return readEnd(reader, tail.subarray(at, at + END_BYTES), tailStart + at);
  }
  throw new ArchiveError('archive.truncated');
}

function readEnd(reader: BlockReader, end: Buffer, endOffset: number): DirectoryPlace {
  let disk = end.readUInt16LE(4);
  let directoryDisk = end.readUInt16LE(6);
  let count = end.readUInt16LE(10);
  let size = end.readUInt32LE(12);
  let offset = end.readUInt32LE(16);
  let after = endOffset;
  let zip64 = false;
  const locatorOffset = endOffset - LOCATOR_BYTES;
  if (locatorOffset >= 0) {
    const locator = reader.view(locatorOffset, LOCATOR_BYTES);
    if (locator.readUInt32LE(0) === LOCATOR_SIGNATURE) {
      zip64 = true;
      after = readUInt64(locator, 8);
      if (after + END64_BYTES > locatorOffset) {
        throw damaged();
      }
      const end64 = reader.view(after, END64_BYTES);
      if (end64.readUInt32LE(0) !== END64_SIGNATURE) {
        throw damaged();
      }
      // 4.4.1.4: a field of the record before counts unless it is all ones.
      if (disk === MAX16) disk = end64.readUInt32LE(16);
      if (directoryDisk === MAX16) directoryDisk = end64.readUInt32LE(20);
      if (count === MAX16) count = readUInt64(end64, 32);
      if (size === MAX32) size = readUInt64(end64, 40);
      if (offset === MAX32) offset = readUInt64(end64, 48);
    }
  }
  if (disk !== 0 || directoryDisk !== 0) {
    throw new ArchiveError('archive.unsupported', { found: 'multi-volume zip' });
  }
  // Nothing may be between the directory and its end record: a gap is how content is hidden.
  if (offset + size !== after) {
    throw damaged();
  }
  return { offset, size, count, zip64 };
}

/**
 * The headers of the central directory, one by one and unchecked against each other.
 *
 * @throws ArchiveError it is damaged or encrypted
 */
export function* readHeaders(
  reader: BlockReader,
  place: DirectoryPlace
): Generator<ZipHeader, void, undefined> {
  const end = place.offset + place.size;
  let at = place.offset;
  while (at < end) {
    if (at + HEADER_BYTES > end) {
      throw damaged();
    }
    let header = reader.view(at, HEADER_BYTES);
    if (header.readUInt32LE(0) !== HEADER_SIGNATURE) {
      throw damaged();
    }
    const nameBytes = header.readUInt16LE(28);
    const extraBytes = header.readUInt16LE(30);
    const total = HEADER_BYTES + nameBytes + extraBytes + header.readUInt16LE(32);
    if (at + total > end) {
      throw damaged();
    }
    header = reader.view(at, total);
    yield parseHeader(header, nameBytes, extraBytes);
    at += total;
  }
}

function parseHeader(header: Buffer, nameLength: number, extraLength: number): ZipHeader {
  const flags = header.readUInt16LE(8);
  const method = header.readUInt16LE(10);
  if ((flags & ENCRYPTED) !== 0 || method === 99) {
    throw new ArchiveError('archive.encrypted');
  }
  let packed = header.readUInt32LE(20);
  let size = header.readUInt32LE(24);
  let offset = header.readUInt32LE(42);
  let disk = header.readUInt16LE(34);
  const nameBytes = header.subarray(HEADER_BYTES, HEADER_BYTES + nameLength);
  let name: string | undefined;
  const extraEnd = HEADER_BYTES + nameLength + extraLength;
  let at = HEADER_BYTES + nameLength;
  while (at + 4 <= extraEnd) {
    const id = header.readUInt16LE(at);
    const start = at + 4;
    const end = start + header.readUInt16LE(at + 2);
    if (end > extraEnd) {
      // Some writers leave padding that is no field; what cannot be a field ends the list.
      break;
    }
    if (id === EXTRA_ZIP64) {
      // 4.5.3: only the fields that are all ones above, in this order.
      let field = start;
      const next = (bytes: 4 | 8): number => {
        if (field + bytes > end) {
          throw damaged();
        }
        const value = bytes === 8 ? readUInt64(header, field) : header.readUInt32LE(field);
        field += bytes;
        return value;
      };
      if (size === MAX32) size = next(8);
      if (packed === MAX32) packed = next(8);
      if (offset === MAX32) offset = next(8);
      if (disk === MAX16) disk = next(4);
    } else if (id === EXTRA_UNICODE_PATH && end - start > 5 && header[start] === 1) {
      // 4.6.9: counts only if its CRC is that of the name it stands beside.
      if (header.readUInt32LE(start + 1) === crc32(nameBytes)) {
        name = decodeUtf8(header.subarray(start + 5, end));
      }
    }
    at = end;
  }
  if (disk !== 0) {
    throw new ArchiveError('archive.unsupported', { found: 'multi-volume zip' });
  }
  return {
    nameBytes,
    name,
    utf8: (flags & FLAG_UTF8) !== 0,
    method,
    crc: header.readUInt32LE(16),
    packed,
    size,
    offset,
    mode: header.readUInt16LE(40),
    descriptor: (flags & FLAG_DESCRIPTOR) !== 0
  };
}
