import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { maskedCrc32c } from './crc32c.ts';
import { prepareExample } from './example.ts';
import type { ImageExample } from './types.ts';

const BUFFER_BYTES = 1024 * 1024;

/** Length (8), its CRC (4), then the data, then the data's CRC (4). */
const HEADER = 12;
const FOOTER = 4;

/**
 * Writes a TFRecord file (tensorflow/core/lib/io/record_writer.h): records of a length, data and
 * masked CRCs. Examples are put together in the buffer that is written out, so that an image is
 * copied once. Blocks: meant for a worker thread.
 */
export class TfRecordWriter {
  readonly #fd: number;
  #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #buffered = 0;
  #written = 0;
  #open = true;

  /** @throws if there is a file of that name */
  constructor(path: string) {
    this.#fd = openSync(path, 'wx', 0o600);
  }

  /** Bytes of the file so far. */
  get bytes(): number {
    return this.#written + this.#buffered;
  }

  write(example: ImageExample): void {
    const prepared = prepareExample(example);
    const total = HEADER + prepared.length + FOOTER;
    if (total > this.#buffer.length - this.#buffered) {
      this.#flush();
      if (total > this.#buffer.length) {
        this.#buffer = Buffer.allocUnsafeSlow(total);
      }
    }
    const start = this.#buffered;
    const buffer = this.#buffer;
    buffer.writeUInt32LE(prepared.length % 2 ** 32, start);
    buffer.writeUInt32LE(Math.floor(prepared.length / 2 ** 32), start + 4);
    buffer.writeUInt32LE(maskedCrc32c(buffer.subarray(start, start + 8)), start + 8);
    const end = prepared.write(buffer, start + HEADER);
    buffer.writeUInt32LE(maskedCrc32c(buffer.subarray(start + HEADER, end)), end);
    this.#buffered = end + FOOTER;
  }

  /** Makes it durable and closes it. @returns bytes of the file */
  finish(): number {
    try {
      this.#flush();
      fsyncSync(this.#fd);
    } finally {
      this.abandon();
    }
    return this.#written;
  }

  /** Closes it as it is; the file is the caller's to remove. */
  abandon(): void {
    if (this.#open) {
      this.#open = false;
      closeSync(this.#fd);
    }
  }

  #flush(): void {
    for (let done = 0; done < this.#buffered;) {
      done += writeSync(this.#fd, this.#buffer, done, this.#buffered - done);
    }
    this.#written += this.#buffered;
    this.#buffered = 0;
  }
}
