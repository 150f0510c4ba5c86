import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { crc32, createDeflateRaw } from 'node:zlib';

/** A file or directory of an archive. A directory's path ends with a slash and it has no content. */
export interface ZipEntry {
  readonly path: string;
  readonly modifiedAt: Date;
  /** Bytes, as far as known beforehand: above 4 GiB the entry is written in the large form. */
  readonly bytes: number;
  open?(): Promise<Readable>;
}

const LARGE = 0xffffffff;
const MANY = 0xffff;
/** Sizes follow the data (bit 3), names are UTF-8 (bit 11). */
const FLAGS = 0x0808;
const DEFLATED = 8;
const VERSION = 45;

interface Written {
  readonly entry: ZipEntry;
  readonly offset: number;
  readonly crc: number;
  readonly packed: number;
  readonly bytes: number;
}

/**
 * A zip archive as a stream of bytes (APPNOTE 6.3.10: data descriptors, Zip64 where needed). Nothing
 * is kept but the list of entries; the pace is the reader's.
 */
export async function* zip(entries: AsyncIterable<ZipEntry>): AsyncGenerator<Buffer> {
  const written: Written[] = [];
  let offset = 0;
  for await (const entry of entries) {
    const start = offset;
    const head = localHeader(entry);
    yield head;
    offset += head.length;
    const sums = { crc: 0, bytes: 0, packed: 0 };
    for await (const chunk of deflated(entry, sums)) {
      yield chunk;
      offset += chunk.length;
    }
    const tail = descriptor(entry, sums);
    yield tail;
    offset += tail.length;
    written.push({ entry, offset: start, ...sums });
  }
  const directory = offset;
  for (const item of written) {
    const record = centralHeader(item);
    yield record;
    offset += record.length;
  }
  yield endOf(written.length, directory, offset - directory);
}

async function* deflated(
  entry: ZipEntry,
  sums: { crc: number; bytes: number; packed: number }
): AsyncGenerator<Buffer> {
  if (!entry.open) {
    return;
  }
  const source = await entry.open();
  // Models hardly shrink and code is small: the fastest level is the right one.
  const deflate = createDeflateRaw({ level: 1 });
  const feeding = pipeline(
    source,
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        sums.crc = crc32(chunk, sums.crc);
        sums.bytes += chunk.length;
        yield chunk;
      }
    },
    deflate
  );
  feeding.catch((error: unknown) => deflate.destroy(error as Error));
  try {
    for await (const chunk of deflate as AsyncIterable<Buffer>) {
      sums.packed += chunk.length;
      yield chunk;
    }
    await feeding;
  } finally {
    source.destroy();
  }
}

function isLarge(entry: ZipEntry): boolean {
  return entry.bytes >= LARGE;
}

function localHeader(entry: ZipEntry): Buffer {
  const name = Buffer.from(entry.path);
  const extra = isLarge(entry) ? zip64([0, 0]) : Buffer.alloc(0);
  const head = Buffer.alloc(30);
  head.writeUInt32LE(0x04034b50, 0);
  head.writeUInt16LE(VERSION, 4);
  head.writeUInt16LE(entry.open ? FLAGS : 0x0800, 6);
  head.writeUInt16LE(entry.open ? DEFLATED : 0, 8);
  head.writeUInt32LE(dosTime(entry.modifiedAt), 10);
  if (isLarge(entry)) {
    head.writeUInt32LE(LARGE, 18);
    head.writeUInt32LE(LARGE, 22);
  }
  head.writeUInt16LE(name.length, 26);
  head.writeUInt16LE(extra.length, 28);
  return Buffer.concat([head, name, extra]);
}

function descriptor(entry: ZipEntry, sums: { crc: number; bytes: number; packed: number }): Buffer {
  if (!entry.open) {
    return Buffer.alloc(0);
  }
  const large = isLarge(entry);
  const tail = Buffer.alloc(large ? 24 : 16);
  tail.writeUInt32LE(0x08074b50, 0);
  tail.writeUInt32LE(sums.crc, 4);
  if (large) {
    tail.writeBigUInt64LE(BigInt(sums.packed), 8);
    tail.writeBigUInt64LE(BigInt(sums.bytes), 16);
  } else {
    tail.writeUInt32LE(sums.packed, 8);
    tail.writeUInt32LE(sums.bytes, 12);
  }
  return tail;
}

function centralHeader({ entry, offset, crc, packed, bytes }: Written): Buffer {
  const name = Buffer.from(entry.path);
  const large = isLarge(entry) || offset >= LARGE;
  const extra = large ? zip64([bytes, packed, offset]) : Buffer.alloc(0);
  const head = Buffer.alloc(46);
  head.writeUInt32LE(0x02014b50, 0);
  head.writeUInt16LE(0x0300 | VERSION, 4);
  head.writeUInt16LE(VERSION, 6);
  head.writeUInt16LE(entry.open ? FLAGS : 0x0800, 8);
  head.writeUInt16LE(entry.open ? DEFLATED : 0, 10);
  head.writeUInt32LE(dosTime(entry.modifiedAt), 12);
  head.writeUInt32LE(crc, 16);
  head.writeUInt32LE(large ? LARGE : packed, 20);
  head.writeUInt32LE(large ? LARGE : bytes, 24);
  head.writeUInt16LE(name.length, 28);
  head.writeUInt16LE(extra.length, 30);
  head.writeUInt32LE(((entry.open ? 0o100644 : 0o40755) << 16) >>> 0, 38);
  head.writeUInt32LE(large ? LARGE : offset, 42);
  return Buffer.concat([head, name, extra]);
}

function endOf(count: number, offset: number, size: number): Buffer {
  const large = count >= MANY || offset >= LARGE || size >= LARGE;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(large ? MANY : count, 8);
  end.writeUInt16LE(large ? MANY : count, 10);
  end.writeUInt32LE(large ? LARGE : size, 12);
  end.writeUInt32LE(large ? LARGE : offset, 16);
  if (!large) {
    return end;
  }
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeUInt16LE(VERSION, 12);
  record.writeUInt16LE(VERSION, 14);
  record.writeBigUInt64LE(BigInt(count), 24);
  record.writeBigUInt64LE(BigInt(count), 32);
  record.writeBigUInt64LE(BigInt(size), 40);
  record.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(offset + size), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([record, locator, end]);
}

function zip64(values: readonly number[]): Buffer {
  const extra = Buffer.alloc(4 + values.length * 8);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(values.length * 8, 2);
  values.forEach((value, index) => extra.writeBigUInt64LE(BigInt(value), 4 + index * 8));
  return extra;
}

/** MS-DOS date and time in UTC, two seconds exact, not before 1980. */
function dosTime(time: Date): number {
  const year = Math.max(1980, time.getUTCFullYear());
  const date = ((year - 1980) << 9) | ((time.getUTCMonth() + 1) << 5) | time.getUTCDate();
  const clock =
    (time.getUTCHours() << 11) | (time.getUTCMinutes() << 5) | (time.getUTCSeconds() >> 1);
  return ((date << 16) | clock) >>> 0;
}
