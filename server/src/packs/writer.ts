import { closeSync, fdatasyncSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** The right to append to one pack, from `offset` to `limit`. Plain data, so that it travels to a worker. */
export interface PackLease {
  readonly packId: number;
  readonly path: string;
  readonly offset: number;
  readonly limit: number;
}

/** Small pieces are gathered to this; it stays in the processor's cache until it is written. */
const BUFFER_BYTES = 256 * 1024;

/** Pieces from this on are written as they are, while the cache still has them: copying costs more. */
const DIRECT_BYTES = 64 * 1024;

/**
 * Appends to a leased pack in large writes. Nothing it wrote counts until {@link sync} has returned
 * and the rows that point at it are committed; a tail left by a crash is cut off at the next start.
 *
 * It blocks, and is meant for worker threads.
 */
export class PackWriter {
  readonly lease: PackLease;
  readonly #fd: number;
  readonly #buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  #buffered = 0;
  #written: number;

  constructor(lease: PackLease) {
    this.lease = lease;
    this.#fd = openSync(lease.path, lease.offset === 0 ? 'w' : 'r+', 0o600);
    this.#written = lease.offset;
    if (lease.offset === 0) {
      // A file that is new has to be in its directory before rows may point into it.
      const directory = openSync(dirname(lease.path), 'r');
      fsyncSync(directory);
      closeSync(directory);
    }
  }

  /** Where the next bytes will begin. */
  get position(): number {
    return this.#written + this.#buffered;
  }

  /** Whether so many bytes more stay below the lease's limit; an empty pack takes anything. */
  fits(bytes: number): boolean {
    return this.position === 0 || this.position + bytes <= this.lease.limit;
  }

  /** @returns the offset the bytes begin at */
  append(bytes: Uint8Array): number {
    const offset = this.position;
    const direct = bytes.length >= DIRECT_BYTES;
    if (direct || bytes.length > BUFFER_BYTES - this.#buffered) {
      this.#flush();
    }
    if (direct) {
      this.#write(bytes);
    } else {
      this.#buffer.set(bytes, this.#buffered);
      this.#buffered += bytes.length;
    }
    return offset;
  }

  /** Makes all that was appended durable. An error here is final: the kernel may have dropped the pages. */
  sync(): void {
    this.#flush();
    fdatasyncSync(this.#fd);
  }

  close(): void {
    closeSync(this.#fd);
  }

  #flush(): void {
    if (this.#buffered > 0) {
      const bytes = this.#buffer.subarray(0, this.#buffered);
      this.#buffered = 0;
      this.#write(bytes);
    }
  }

  #write(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) {
      done += writeSync(this.#fd, bytes, done, bytes.length - done, this.#written + done);
    }
    this.#written += bytes.length;
  }
}
