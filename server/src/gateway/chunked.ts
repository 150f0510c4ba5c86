import { BadHead } from './head.ts';

const CR = 13;
const LF = 10;

const SIZE = 0;
const EXTENSION = 1;
const SIZE_LF = 2;
const DATA = 3;
const DATA_CR = 4;
const DATA_LF = 5;
const TRAILER_START = 6;
const TRAILER = 7;
const TRAILER_LF = 8;
const LAST_LF = 9;
const DONE = 10;

/** Bytes of extensions and trailers that are read and thrown away before a body is called bad. */
const MAX_OVERHEAD = 16 * 1024;

/**
 * Takes the chunked coding apart (RFC 9112 7.1) as the bytes come. Extensions and trailers are
 * dropped, as a proxy may; bare line feeds and sizes beyond 2^48 are refused.
 */
export class ChunkedDecoder {
  #state = SIZE;
  #left = 0;
  #digits = 0;
  #overhead = 0;

  get done(): boolean {
    return this.#state === DONE;
  }

  /**
   * Reads `buffer` from `start` to `end`.
   *
   * @param onData called with the positions of each stretch of body bytes
   * @returns where it stopped: `end`, or the position behind the body
   * @throws BadHead
   */
  read(
    buffer: Uint8Array,
    start: number,
    end: number,
    onData: (start: number, end: number) => void
  ): number {
    let at = start;
    while (at < end && this.#state !== DONE) {
      if (this.#state === DATA) {
        const stop = Math.min(end, at + this.#left);
        onData(at, stop);
        this.#left -= stop - at;
        at = stop;
        if (this.#left === 0) {
          this.#state = DATA_CR;
        }
      } else {
        this.#step(buffer[at]!);
        at++;
      }
    }
    return at;
  }

  #step(byte: number): void {
    switch (this.#state) {
      case SIZE:
        this.#size(byte);
        break;
      case EXTENSION:
        this.#skip(byte, SIZE_LF);
        break;
      case SIZE_LF:
        this.#expect(byte, LF);
        this.#state = this.#left === 0 ? TRAILER_START : DATA;
        this.#digits = 0;
        break;
      case DATA_CR:
        this.#expect(byte, CR);
        this.#state = DATA_LF;
        break;
      case DATA_LF:
        this.#expect(byte, LF);
        this.#state = SIZE;
        break;
      case TRAILER_START:
        if (byte === CR) {
          this.#state = LAST_LF;
        } else {
          this.#state = TRAILER;
          this.#skip(byte, TRAILER_LF);
        }
        break;
      case TRAILER:
        this.#skip(byte, TRAILER_LF);
        break;
      case TRAILER_LF:
        this.#expect(byte, LF);
        this.#state = TRAILER_START;
        break;
      default:
        this.#expect(byte, LF);
        this.#state = DONE;
    }
  }

  #size(byte: number): void {
    const digit =
      byte >= 48 && byte <= 57
        ? byte - 48
        : (byte | 32) >= 97 && (byte | 32) <= 102
          ? (byte | 32) - 87
          : -1;
    if (digit >= 0) {
      if (++this.#digits > 12) {
        throw new BadHead('a chunk is too large');
      }
      this.#left = this.#left * 16 + digit;
    } else if (this.#digits > 0 && byte === CR) {
      this.#state = SIZE_LF;
    } else if (this.#digits > 0 && (byte === 59 || byte === 32 || byte === 9)) {
      this.#state = EXTENSION;
    } else {
      throw new BadHead('a chunk has no size');
    }
  }

  #skip(byte: number, next: number): void {
    if (byte === CR) {
      this.#state = next;
    } else if (byte === LF || byte === 0 || ++this.#overhead > MAX_OVERHEAD) {
      throw new BadHead('a chunk extension or trailer is malformed');
    }
  }

  #expect(byte: number, wanted: number): void {
    if (byte !== wanted) {
      throw new BadHead('a chunk does not end in CR LF');
    }
  }
}
