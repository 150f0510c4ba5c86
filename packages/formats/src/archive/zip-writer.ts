import { crc32, deflateRawSync } from 'node:zlib';

/** An entry of an archive that is written. */
export interface ZipInput {
  /** Relative, parts joined by `/`; unique in the archive. */
  readonly path: string;
  /** All of it, or a stream of it for what should not be held in memory. */
  readonly content: Uint8Array | AsyncIterable<Uint8Array>;
  /** Deflate bytes that are worth it; images are not. Streams are stored. */
  readonly compress?: boolean;
  /** Default is 1980-01-01, the first day that zip knows: the same input gives the same bytes. */
  readonly modified?: Date;
  /** Permission bits; default 0644. */
  readonly mode?: number;
}

const LOCAL_SIGNATURE = 0x04034b50;
const DESCRIPTOR_SIGNATURE = 0x08074b50;
const HEADER_SIGNATURE = 0x02014b50;
const END64_SIGNATURE = 0x06064b50;
const LOCATOR_SIGNATURE = 0x07064b50;
const END_SIGNATURE = 0x06054b50;

const MAX16 = 0xffff;
const MAX32 = 0xffffffff;
const EXTRA_ZIP64 = 0x0001;
const FLAG_DESCRIPTOR = 0x0008;
const FLAG_UTF8 = 0x0800;
const VERSION = 20;
const VERSION_ZIP64 = 45;
const UNIX = 3;
const REGULAR_FILE = 0o100000;

/** What the directory says about an entry. */
interface Written {
  readonly name: Buffer;
  readonly flags: number;
  readonly method: number;
  readonly time: number;
  readonly date: number;
  readonly mode: number;
  readonly offset: number;
  crc: number;
  packed: number;
  size: number;
}

/** Names are flagged as UTF-8 only where they have to be: every reader knows ASCII. */
const flagsOf = (name: Buffer) => (name.some(byte => byte >= 0x80) ? FLAG_UTF8 : 0);

/** Local time in the form of MS-DOS: two-second steps from 1980 to 2107. */
function dosTime(modified: Date | undefined): { time: number; date: number } {
  if (!modified || modified.getFullYear() < 1980 || modified.getFullYear() > 2107) {
    return { time: 0, date: (1 << 5) | 1 };
  }
  return {
    time:
      (modified.getHours() << 11) |
      (modified.getMinutes() << 5) |
      Math.floor(modified.getSeconds() / 2),
    date:
      ((modified.getFullYear() - 1980) << 9) | ((modified.getMonth() + 1) << 5) | modified.getDate()
  };
}

/** The zip64 field with the numbers that did not fit, in the order 4.5.3 of APPNOTE has. */
function zip64Field(values: readonly number[]): Buffer {
  const field = Buffer.alloc(4 + values.length * 8);
  field.writeUInt16LE(EXTRA_ZIP64, 0);
  field.writeUInt16LE(values.length * 8, 2);
  values.forEach((value, i) => field.writeBigUInt64LE(BigInt(value), 4 + i * 8));
  return field;
}

function localHeader(entry: Written, streamed: boolean): Buffer {
  const large = entry.size >= MAX32 || entry.packed >= MAX32;
  // A stream's sizes come after it; this field says that they take eight bytes each there.
  const extra = streamed
    ? zip64Field([0, 0])
    : large
      ? zip64Field([entry.size, entry.packed])
      : Buffer.alloc(0);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(LOCAL_SIGNATURE, 0);
  header.writeUInt16LE(extra.length > 0 ? VERSION_ZIP64 : VERSION, 4);
  header.writeUInt16LE(entry.flags, 6);
  header.writeUInt16LE(entry.method, 8);
  header.writeUInt16LE(entry.time, 10);
  header.writeUInt16LE(entry.date, 12);
  header.writeUInt32LE(entry.crc, 14);
  header.writeUInt32LE(extra.length > 0 ? MAX32 : entry.packed, 18);
  header.writeUInt32LE(extra.length > 0 ? MAX32 : entry.size, 22);
  header.writeUInt16LE(entry.name.length, 26);
  header.writeUInt16LE(extra.length, 28);
  return Buffer.concat([header, entry.name, extra]);
}

function descriptor(entry: Written): Buffer {
  const bytes = Buffer.alloc(24);
  bytes.writeUInt32LE(DESCRIPTOR_SIGNATURE, 0);
  bytes.writeUInt32LE(entry.crc, 4);
  bytes.writeBigUInt64LE(BigInt(entry.packed), 8);
  bytes.writeBigUInt64LE(BigInt(entry.size), 16);
  return bytes;
}

function directoryHeader(entry: Written): Buffer {
  const wide = [entry.size, entry.packed, entry.offset].filter(value => value >= MAX32);
  const extra = wide.length > 0 ? zip64Field(wide) : Buffer.alloc(0);
  const header = Buffer.alloc(46);
  const version = wide.length > 0 || entry.flags & FLAG_DESCRIPTOR ? VERSION_ZIP64 : VERSION;
  header.writeUInt32LE(HEADER_SIGNATURE, 0);
  header.writeUInt16LE((UNIX << 8) | version, 4);
  header.writeUInt16LE(version, 6);
  header.writeUInt16LE(entry.flags, 8);
  header.writeUInt16LE(entry.method, 10);
  header.writeUInt16LE(entry.time, 12);
  header.writeUInt16LE(entry.date, 14);
  header.writeUInt32LE(entry.crc, 16);
  header.writeUInt32LE(Math.min(entry.packed, MAX32), 20);
  header.writeUInt32LE(Math.min(entry.size, MAX32), 24);
  header.writeUInt16LE(entry.name.length, 28);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt32LE(((REGULAR_FILE | entry.mode) << 16) >>> 0, 38);
  header.writeUInt32LE(Math.min(entry.offset, MAX32), 42);
  return Buffer.concat([header, entry.name, extra]);
}

function endRecords(count: number, size: number, offset: number): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(END_SIGNATURE, 0);
  end.writeUInt16LE(Math.min(count, MAX16), 8);
  end.writeUInt16LE(Math.min(count, MAX16), 10);
  end.writeUInt32LE(Math.min(size, MAX32), 12);
  end.writeUInt32LE(Math.min(offset, MAX32), 16);
  if (count < MAX16 && size < MAX32 && offset < MAX32) {
    return end;
  }
  const end64 = Buffer.alloc(56);
  end64.writeUInt32LE(END64_SIGNATURE, 0);
  end64.writeBigUInt64LE(44n, 4);
  end64.writeUInt16LE((UNIX << 8) | VERSION_ZIP64, 12);
  end64.writeUInt16LE(VERSION_ZIP64, 14);
  end64.writeBigUInt64LE(BigInt(count), 24);
  end64.writeBigUInt64LE(BigInt(count), 32);
  end64.writeBigUInt64LE(BigInt(size), 40);
  end64.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(LOCATOR_SIGNATURE, 0);
  locator.writeBigUInt64LE(BigInt(offset + size), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([end64, locator, end]);
}

/**
 * Writes a zip file as a stream of chunks (PKWARE APPNOTE 6.3.10), with zip64 records where something
 * does not fit without them. Chunks are views of what was given: use each before asking for the next.
 *
 * @param entries taken one by one, as they are written
 * @throws Error a path is longer than 65,535 bytes
 */
export async function* writeZip(
  entries: AsyncIterable<ZipInput> | Iterable<ZipInput>
): AsyncGenerator<Uint8Array, void, undefined> {
  const written: Written[] = [];
  let offset = 0;
  for await (const input of entries) {
    const { path, content, compress = false, modified, mode = 0o644 } = input;
    const name = Buffer.from(path);
    if (name.length > MAX16) {
      throw new Error(`the path is too long for a zip file: ${path.slice(0, 100)}…`);
    }
    const common = { name, ...dosTime(modified), mode: mode & 0o777, offset };
    if (content instanceof Uint8Array) {
      const data = compress ? deflateRawSync(content) : content;
      const entry: Written = {
        ...common,
        flags: flagsOf(name),
        method: compress ? 8 : 0,
        crc: crc32(content),
        packed: data.length,
        size: content.length
      };
      const header = localHeader(entry, false);
      yield header;
      yield data;
      offset += header.length + data.length;
      written.push(entry);
    } else {
      const entry: Written = {
        ...common,
        flags: flagsOf(name) | FLAG_DESCRIPTOR,
        method: 0,
        crc: 0,
        packed: 0,
        size: 0
      };
      const header = localHeader(entry, true);
      yield header;
      for await (const chunk of content) {
        entry.crc = crc32(chunk, entry.crc);
        entry.size += chunk.length;
        yield chunk;
      }
      entry.packed = entry.size;
      yield descriptor(entry);
      offset += header.length + entry.size + 24;
      written.push(entry);
    }
  }
  let size = 0;
  for (const entry of written) {
    const header = directoryHeader(entry);
    size += header.length;
    yield header;
  }
  yield endRecords(written.length, size, offset);
}
