import { FIELD } from './fields.ts';
import { BadHead, HeadFields, lineEnd, matches, MAX_HEAD_BYTES } from './head.ts';

/** How the body of a response is delimited, RFC 9112 6.3. */
export const BODY = { none: 0, length: 1, chunked: 2, close: 3 } as const;

const EQUALS = 61;
const TIMEOUT = 'timeout';
const PREFIX = Buffer.from('HTTP/1.');

/** The head of a response, as positions in the buffer it was read from. Filled again for each. */
export class ResponseHead {
  readonly fields = new HeadFields();
  status = 0;
  http11 = false;
  /** From the first digit of the status to the end of the reason. */
  statusStart = 0;
  reasonStart = 0;
  reasonEnd = 0;
  /** One of `BODY`. */
  body: number = BODY.none;

  /**
   * Reads a head that begins at `start`.
   *
   * @param end bytes behind it are of an earlier message
   * @param toHead the request's method was HEAD
   * @returns the position behind it, or 0 when it is not complete yet
   * @throws BadHead
   */
  read(buffer: Buffer, start: number, end: number, toHead: boolean): number {
    const complete = this.#read(buffer, start, end);
    if ((complete ? this.fields.end : end) - start > MAX_HEAD_BYTES) {
      throw new BadHead('the head is too long');
    }
    if (!complete) {
      return 0;
    }
    if (this.status < 200 || this.status === 204 || this.status === 304 || toHead) {
      this.body = BODY.none;
    } else if (this.fields.chunked) {
      this.body = BODY.chunked;
    } else if (this.fields.contentLength >= 0) {
      this.body = BODY.length;
    } else {
      this.body = BODY.close;
    }
    return this.fields.end;
  }

  /** True when the connection can carry another request after this response. */
  get reusable(): boolean {
    return this.http11 && !this.fields.close && this.body !== BODY.close;
  }

  /** Seconds after which the replica closes an idle connection, as `Keep-Alive` says; -1 if it does not. */
  keepAliveSeconds(buffer: Buffer): number {
    const { first, valueStart, valueEnd } = this.fields;
    const index = first[FIELD.keepAlive]! - 1;
    if (index < 0) {
      return -1;
    }
    const end = valueEnd[index]!;
    for (let at = valueStart[index]!; at + TIMEOUT.length < end; at++) {
      if (matches(buffer, at, TIMEOUT) && buffer[at + TIMEOUT.length] === EQUALS) {
        return numberAt(buffer, at + TIMEOUT.length + 1, end);
      }
    }
    return -1;
  }

  #read(buffer: Buffer, start: number, end: number): boolean {
    const line = lineEnd(buffer, start, end);
    if (line < 0) {
      return false;
    }
    this.#statusLine(buffer, start, line);
    return this.fields.read(buffer, line + 2, end);
  }

  /** @param end of the line */
  #statusLine(buffer: Buffer, start: number, end: number): void {
    for (let i = 0; i < PREFIX.length; i++) {
      if (buffer[start + i] !== PREFIX[i]) {
        throw new BadHead('not an HTTP/1 response');
      }
    }
    const minor = buffer[start + 7]! - 48;
    const a = buffer[start + 9]! - 48;
    const b = buffer[start + 10]! - 48;
    const c = buffer[start + 11]! - 48;
    const inDigits = a >= 1 && a <= 9 && b >= 0 && b <= 9 && c >= 0 && c <= 9;
    const separated = buffer[start + 8] === 32 && (end === start + 12 || buffer[start + 12] === 32);
    if ((minor !== 0 && minor !== 1) || !inDigits || !separated) {
      throw new BadHead('the status line is malformed');
    }
    this.http11 = minor === 1;
    this.status = a * 100 + b * 10 + c;
    this.statusStart = start + 9;
    this.reasonStart = Math.min(start + 13, end);
    this.reasonEnd = end;
  }
}

/** A decimal number of at most six digits that begins at `start`; -1 when there is none. */
function numberAt(buffer: Buffer, start: number, end: number): number {
  let number = -1;
  for (let at = start; at < Math.min(end, start + 6); at++) {
    const digit = buffer[at]! - 48;
    if (digit < 0 || digit > 9) {
      break;
    }
    number = Math.max(number, 0) * 10 + digit;
  }
  return number;
}
