import { constants, crc32, inflateRawSync } from 'node:zlib';
import { ArchiveError, EntryError } from '../problem.ts';
import { BlockReader } from './block-reader.ts';
import { classifyEntry, type EntryType } from './classify.ts';
import { decodeUtf8, NameDecoder } from './names.ts';
import { PathRegistry } from './paths.ts';
import type { Archive, ArchiveEntry, ArchiveLimits } from './types.ts';
import {
  findDirectory,
  LOCAL_BYTES,
  readHeaders,
  type DirectoryPlace,
  type ZipHeader
} from './zip-directory.ts';

const LOCAL_SIGNATURE = 0x04034b50;
const MAX32 = 0xffffffff;
const STORED = 0;
const DEFLATED = 8;

const MODE_TYPE = 0xf000;
const MODE_NAMES: Readonly<Record<number, string>> = {
  0x1000: 'fifo',
  0x2000: 'device',
  0x6000: 'device',
  0xc000: 'socket'
};

/**
 * A zip file, read by its central directory. All that can be known without unpacking is checked when
 * it is opened: number and size of entries, encryption, and that no two share bytes of the file.
 */
export class ZipArchive implements Archive {
  readonly kind = 'zip';
  readonly #reader: BlockReader;
  readonly #directoryReader: BlockReader;
  readonly #limits: ArchiveLimits;
  readonly #place: DirectoryPlace;
  readonly #names = new NameDecoder();
  /** Names that are flagged as UTF-8: what they are, should one of them not be. */
  readonly #flagged = new NameDecoder();
  readonly entryCount: number;
  #position = 0;

  /** Takes over the reader, and opens the file once more for the directory. */
  constructor(path: string, reader: BlockReader, limits: ArchiveLimits) {
    this.#reader = reader;
    this.#limits = limits;
    // Headers and data are far from each other: each has a block of its own.
    this.#directoryReader = new BlockReader(path);
    try {
      this.#place = findDirectory(this.#directoryReader);
      this.entryCount = this.#survey();
    } catch (error) {
      this.#directoryReader.close();
      throw error;
    }
  }

  get bytes(): number {
    return this.#reader.size;
  }

  get position(): number {
    return this.#position;
  }

  /** Goes through all headers once. @returns how many there are */
  #survey(): number {
    const { count, size, offset: directoryOffset, zip64 } = this.#place;
    const { entries: entryLimit, unpackedBytes, ratio, ratioFloorBytes } = this.#limits;
    let bombs = 0;
    if (count > entryLimit) {
      throw new ArchiveError('archive.entries', { limit: entryLimit });
    }
    const capacity = Math.min(Math.ceil(size / 46), entryLimit);
    const starts = new Float64Array(capacity);
    const ends = new Float64Array(capacity);
    let entries = 0;
    let unpacked = 0;
    let ascending = true;
    for (const header of readHeaders(this.#directoryReader, this.#place)) {
      if (entries === capacity) {
        throw new ArchiveError('archive.entries', { limit: entryLimit });
      }
      if (header.name === undefined) {
        (header.utf8 ? this.#flagged : this.#names).see(header.nameBytes);
      }
      const end = header.offset + LOCAL_BYTES + header.nameBytes.length + header.packed;
      if (end > directoryOffset) {
        throw new ArchiveError('archive.damaged');
      }
      ascending &&= entries === 0 || header.offset >= (starts[entries - 1] ?? 0);
      starts[entries] = header.offset;
      ends[entries] = end;
      if (this.#isBomb(header)) {
        bombs++;
      } else {
        unpacked += header.size;
      }
      entries++;
    }
    if (entries !== count && (zip64 || entries % 65_536 !== count)) {
      throw new ArchiveError('archive.damaged');
    }
    if (unpacked > unpackedBytes) {
      throw new ArchiveError('archive.unpacked', { limit: unpackedBytes });
    }
    const nothingElse = bombs > 0 && unpacked === 0;
    if (nothingElse || (unpacked > ratioFloorBytes && unpacked > ratio * this.bytes)) {
      throw new ArchiveError('archive.ratio', { limit: ratio });
    }
    checkOverlap(starts.subarray(0, entries), ends.subarray(0, entries), ascending);
    return entries;
  }

  #isBomb({ size, packed }: ZipHeader): boolean {
    const { ratio, ratioFloorBytes } = this.#limits;
    return size > ratioFloorBytes && size > ratio * packed;
  }

  async *entries(): AsyncGenerator<ArchiveEntry, void, undefined> {
    const registry = new PathRegistry(this.#limits);
    for (const header of readHeaders(this.#directoryReader, this.#place)) {
      registry.count(header.nameBytes.length);
      this.#position = header.offset;
      const entry = this.#entry(header, registry);
      if (entry) {
        yield entry;
      }
    }
    this.#position = this.bytes;
  }

  #entry(header: ZipHeader, registry: PathRegistry): ArchiveEntry | undefined {
    const name = this.#nameOf(header);
    // The view that the name is in is gone by the time the entry is read.
    const nameBytes = Buffer.from(header.nameBytes);
    return classifyEntry(
      name,
      entryType(header.mode),
      header.size,
      registry,
      this.#limits,
      () => this.#read(header, nameBytes),
      this.#isBomb(header)
    );
  }

  #nameOf({ name, nameBytes, utf8 }: ZipHeader): string {
    if (name !== undefined) {
      return name;
    }
    const flagged = utf8 && this.#flagged.isUtf8 ? decodeUtf8(nameBytes) : undefined;
    return flagged ?? (utf8 ? this.#flagged : this.#names).decode(nameBytes);
  }

  async #read(header: ZipHeader, nameBytes: Buffer): Promise<Buffer> {
    const { offset, packed, size, method } = header;
    const local = this.#reader.view(offset, LOCAL_BYTES + nameBytes.length);
    if (local.readUInt32LE(0) !== LOCAL_SIGNATURE) {
      throw new EntryError('entry.damaged');
    }
    checkLocal(local, header, nameBytes);
    const start = offset + LOCAL_BYTES + nameBytes.length + local.readUInt16LE(28);
    this.#position = start + packed;
    if (this.#position > this.#place.offset) {
      throw new EntryError('entry.damaged');
    }
    if (method !== STORED && method !== DEFLATED) {
      throw new EntryError('entry.method', { method });
    }
    if (method === STORED && packed !== size) {
      throw new EntryError('entry.damaged');
    }
    if (packed > this.#limits.entryBytes) {
      throw new EntryError('entry.tooLarge', { bytes: packed, limit: this.#limits.entryBytes });
    }
    const view = this.#reader.view(start, packed);
    const content = method === STORED ? view : inflate(view, size);
    if (crc32(content) !== header.crc) {
      throw new EntryError('entry.checksum');
    }
    return content;
  }

  async close(): Promise<void> {
    this.#reader.close();
    this.#directoryReader.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function entryType(mode: number): EntryType {
  switch (mode & MODE_TYPE) {
    case 0:
    case 0x8000:
      return 'file';
    case 0x4000:
      return 'directory';
    case 0xa000:
      return 'link';
    default:
      return { special: MODE_NAMES[mode & MODE_TYPE] ?? 'unknown' };
  }
}

/** What the local header says again has to be the same: readers that trust the one or the other must agree. */
function checkLocal(local: Buffer, header: ZipHeader, nameBytes: Buffer): void {
  const descriptor = (local.readUInt16LE(6) & 0x0008) !== 0;
  const crc = local.readUInt32LE(14);
  const packed = local.readUInt32LE(18);
  const size = local.readUInt32LE(22);
  const differs = (here: number, there: number) =>
    here !== there && here !== MAX32 && !(descriptor && here === 0);
  if (
    local.readUInt16LE(26) !== nameBytes.length ||
    !local.subarray(LOCAL_BYTES).equals(nameBytes) ||
    local.readUInt16LE(8) !== header.method ||
    descriptor !== header.descriptor ||
    differs(packed, header.packed) ||
    differs(size, header.size) ||
    (crc !== header.crc && !(descriptor && crc === 0))
  ) {
    throw new EntryError('entry.mismatch');
  }
}

/** Unpacks to exactly `size` bytes; an entry that holds more than it declares is cut short there. */
function inflate(packed: Buffer, size: number): Buffer {
  try {
    const content = inflateRawSync(packed, {
      // One byte more than needed: zlib sees the end within the first chunk, nothing is joined.
      chunkSize: Math.max(constants.Z_MIN_CHUNK, size + 1),
      maxOutputLength: Math.max(1, size)
    });
    if (content.length === size) {
      return content;
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || !/^(Z_|ERR_BUFFER_TOO_LARGE$)/.test(code)) {
      throw error;
    }
  }
  throw new EntryError('entry.damaged');
}

/**
 * @throws ArchiveError two entries share bytes: a way to make many large files of a small one
 *   (D. Fifield, "A better zip bomb", 2019), and of no honest use
 */
function checkOverlap(starts: Float64Array, ends: Float64Array, ascending: boolean): void {
  const order = ascending
    ? undefined
    : Uint32Array.from(starts.keys()).sort((a, b) => (starts[a] ?? 0) - (starts[b] ?? 0));
  let end = 0;
  for (let i = 0; i < starts.length; i++) {
    const at = order ? (order[i] ?? 0) : i;
    if ((starts[at] ?? 0) < end) {
      throw new ArchiveError('archive.overlap');
    }
    end = ends[at] ?? 0;
  }
}
