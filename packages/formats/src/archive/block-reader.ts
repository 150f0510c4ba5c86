import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { ArchiveError } from '../problem.ts';

/** Small enough for what is read to be hashed and checked while it is still in the processor's cache. */
const BLOCK_BYTES = 1024 * 1024;

/** Gives ranges of a file as views into one buffer that is filled by large reads. Blocks. */
export class BlockReader {
  readonly size: number;
  readonly #fd: number;
  #buffer = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  #start = 0;
  #length = 0;
  #closed = false;

  constructor(path: string) {
    this.#fd = openSync(path, 'r');
    try {
      this.size = fstatSync(this.#fd).size;
    } catch (error) {
      closeSync(this.#fd);
      throw error;
    }
  }

  /**
   * The bytes of a range: a view that is valid until the next call.
   *
   * @throws ArchiveError `archive.truncated` the file ends before the range does
   */
  view(offset: number, length: number): Buffer {
    const from = offset - this.#start;
    if (from < 0 || from + length > this.#length) {
      this.#fill(offset, length);
      return this.#buffer.subarray(0, length);
    }
    return this.#buffer.subarray(from, from + length);
  }

  /** Makes the block begin at `offset` and hold at least `length` bytes. */
  #fill(offset: number, length: number): void {
    if (offset < 0 || offset + length > this.size) {
      throw new ArchiveError('archive.truncated');
    }
    const from = offset - this.#start;
    let kept = 0;
    const old = this.#buffer;
    if (
      length > this.#buffer.length ||
      (this.#buffer.length > BLOCK_BYTES && length <= BLOCK_BYTES)
    ) {
      // A large entry gets a buffer for itself, given back with the next small one.
      this.#buffer = Buffer.allocUnsafeSlow(Math.max(length, BLOCK_BYTES));
    }
    if (from >= 0 && from < this.#length) {
      kept = Math.min(this.#length - from, this.#buffer.length);
      old.copy(this.#buffer, 0, from, from + kept);
    }
    this.#start = offset;
    this.#length = kept;
    while (this.#length < length) {
      const read = readSync(
        this.#fd,
        this.#buffer,
        this.#length,
        this.#buffer.length - this.#length,
        offset + this.#length
      );
      if (read === 0) {
        throw new ArchiveError('archive.truncated');
      }
      this.#length += read;
    }
  }

  close(): void {
    if (!this.#closed) {
      this.#closed = true;
      closeSync(this.#fd);
    }
  }
}
