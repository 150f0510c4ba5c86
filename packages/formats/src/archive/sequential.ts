import { closeSync, openSync, readSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { ArchiveError, EntryError } from '../problem.ts';
import type { BlockReader } from './block-reader.ts';
import type { ArchiveLimits } from './types.ts';

/** Bytes from the front to the end, as the tar reader takes them. */
export interface SequentialSource {
  /** How far the archive's file has been read. */
  readonly position: number;
  /** How many bytes have been taken or passed over. */
  readonly offset: number;
  /** Says how long the entry is that begins here; 0 between entries. */
  begin(entryBytes: number): void;
  /** What was refused alone for what it unpacks to. */
  readonly bombs: number;
  /**
   * The next bytes, fewer only at the end: a view that is valid until the next call.
   *
   * @throws EntryError the entry that they are in unpacks to too much
   */
  take(length: number): Promise<Buffer>;
  /** Passes over bytes. @returns how many there were */
  skip(length: number): Promise<number>;
  /** Reads on to the end, so that what follows the last entry is checked as well. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

/** A file as it is. */
export class FileSource implements SequentialSource {
  readonly bombs = 0;
  readonly #reader: BlockReader;
  #position = 0;

  constructor(reader: BlockReader) {
    this.#reader = reader;
  }

  get position(): number {
    return this.#position;
  }

  get offset(): number {
    return this.#position;
  }

  begin(): void {
    // What is not packed unpacks to nothing more.
  }

  async take(length: number): Promise<Buffer> {
    const there = Math.min(length, this.#reader.size - this.#position);
    const view = this.#reader.view(this.#position, there);
    this.#position += there;
    return view;
  }

  async skip(length: number): Promise<number> {
    const there = Math.min(length, this.#reader.size - this.#position);
    this.#position += there;
    return there;
  }

  async drain(): Promise<void> {
    this.#position = this.#reader.size;
  }

  async close(): Promise<void> {
    this.#reader.close();
  }
}

/** Large enough for most pictures to lie within one, where nothing has to be put together. */
const CHUNK_BYTES = 1024 * 1024;

/** A gzip file unpacked as it is read, watched for what it grows to. */
export class GzipSource implements SequentialSource {
  readonly #fd: number;
  readonly #packed = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  readonly #gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #limits: ArchiveLimits;
  readonly #fileBytes: number;
  #begun = false;
  #closed = false;
  #position = 0;
  #unpacked = 0;
  #entryBytes = 0;
  #bombs = 0;
  #bombBytes = 0;
  #chunk: Buffer = Buffer.alloc(0);
  #at = 0;
  #joined = Buffer.alloc(0);

  constructor(path: string, fileBytes: number, limits: ArchiveLimits) {
    this.#limits = limits;
    this.#fileBytes = fileBytes;
    this.#fd = openSync(path, 'r');
    this.#chunks = this.#gunzip[Symbol.asyncIterator]();
  }

  /** Gives the next piece of the file to be unpacked. What has been unpacked and not been taken holds it back. */
  readonly #feed = (): void => {
    if (this.#gunzip.destroyed) {
      return;
    }
    try {
      const read = readSync(this.#fd, this.#packed, 0, CHUNK_BYTES, this.#position);
      this.#position += read;
      if (read === 0) {
        this.#gunzip.end();
      } else {
        this.#gunzip.write(this.#packed.subarray(0, read), this.#feed);
      }
    } catch (error) {
      this.#gunzip.destroy(error as Error);
    }
  };

  get position(): number {
    return this.#position;
  }

  get offset(): number {
    return this.#unpacked - this.#chunk.length + this.#at;
  }

  get bombs(): number {
    return this.#bombs;
  }

  begin(entryBytes: number): void {
    this.#entryBytes = entryBytes;
  }

  async take(length: number): Promise<Buffer> {
    const { bombs } = this;
    if (this.#at + length <= this.#chunk.length) {
      const view = this.#chunk.subarray(this.#at, this.#at + length);
      this.#at += length;
      return view;
    }
    if (this.#joined.length < length) {
      this.#joined = Buffer.allocUnsafeSlow(Math.max(length, CHUNK_BYTES));
    }
    let filled = 0;
    while (filled < length) {
      if (this.#at === this.#chunk.length && !(await this.#next())) {
        break;
      }
      if (this.#bombs > bombs) {
        throw new EntryError('entry.bomb', { limit: this.#limits.ratio });
      }
      const part = Math.min(length - filled, this.#chunk.length - this.#at);
      this.#chunk.copy(this.#joined, filled, this.#at, this.#at + part);
      this.#at += part;
      filled += part;
    }
    return this.#joined.subarray(0, filled);
  }

  async skip(length: number): Promise<number> {
    let skipped = 0;
    while (skipped < length) {
      if (this.#at === this.#chunk.length && !(await this.#next())) {
        break;
      }
      const part = Math.min(length - skipped, this.#chunk.length - this.#at);
      this.#at += part;
      skipped += part;
    }
    return skipped;
  }

  async drain(): Promise<void> {
    while (await this.#next());
  }

  /** @returns false at the end */
  async #next(): Promise<boolean> {
    let result: IteratorResult<Buffer>;
    try {
      // Only once somebody waits is there somebody to hear of an error.
      const coming = this.#chunks.next();
      if (!this.#begun) {
        this.#begun = true;
        this.#feed();
      }
      result = await coming;
    } catch (error) {
      throw gzipProblem(error);
    }
    if (result.done) {
      return false;
    }
    this.#chunk = result.value;
    this.#at = 0;
    this.#unpacked += this.#chunk.length;
    const { unpackedBytes, ratio, ratioFloorBytes } = this.#limits;
    if (this.#unpacked > unpackedBytes) {
      throw new ArchiveError('archive.unpacked', { limit: unpackedBytes });
    }
    const counted = this.#unpacked - this.#bombBytes;
    if (counted > ratioFloorBytes && counted > ratio * this.#fileBytes) {
      this.#blameEntry();
    }
    return true;
  }

  /** It grew to too much within one large entry: that one is left out of the count. */
  #blameEntry(): void {
    const { ratio, ratioFloorBytes, bombBytes } = this.#limits;
    this.#bombBytes += this.#entryBytes;
    if (this.#entryBytes <= ratioFloorBytes || this.#bombBytes > bombBytes) {
      throw new ArchiveError('archive.ratio', { limit: ratio });
    }
    this.#bombs++;
    this.#entryBytes = 0;
  }

  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#gunzip.destroy();
      closeSync(this.#fd);
    }
  }
}

function gzipProblem(error: unknown): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'Z_BUF_ERROR':
      return new ArchiveError('archive.truncated', {}, { cause: error });
    case 'Z_DATA_ERROR':
    case 'Z_NEED_DICT':
      return new ArchiveError('archive.damaged', {}, { cause: error });
    default:
      return error;
  }
}
