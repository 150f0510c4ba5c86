import { FIELD } from './fields.ts';
import { BadHead, HeadFields, MAX_HEAD_BYTES } from './head.ts';

/** How the body of a response is delimited, RFC 9112 6.3. */
export const BODY = { none: 0, length: 1, chunked: 2, close: 3 } as const;

const END = Buffer.from('\r\n\r\n');
const LINE_END = Buffer.from('\r\n');
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
    const found = buffer.indexOf(END, start);
    if (found < 0 || found + 4 > end) {
      if (end - start > MAX_HEAD_BYTES) {
        throw new BadHead('the head is too long');
      }
      return 0;
    }
    if (found - start > MAX_HEAD_BYTES) {
      throw new BadHead('the head is too long');
    }
    const lineEnd = buffer.indexOf(LINE_END, start);
    this.#statusLine(buffer, start, lineEnd);
    this.fields.read(buffer, lineEnd + 2, found + 4);
    if (this.status < 200 || this.status === 204 || this.status === 304 || toHead) {
      this.body = BODY.none;
    } else if (this.fields.chunked) {
      this.body = BODY.chunked;
    } else if (this.fields.contentLength >= 0) {
      this.body = BODY.length;
    } else {
      this.body = BODY.close;
    }
    return found + 4;
  }

  /** True when the connection can carry another request after this response. */
  get reusable(): boolean {
    return this.http11 && !this.fields.close && this.body !== BODY.close;
  }

  /** Seconds after which the replica closes an idle connection, as `Keep-Alive` says; -1 if it does not. */
  keepAliveSeconds(buffer: Buffer): number {
    if (this.fields.first[FIELD.keepAlive] === 0) {
      return -1;
    }
    const match = /timeout=(\d{1,6})/i.exec(this.fields.value(buffer, FIELD.keepAlive) ?? '');
    return match ? Number(match[1]) : -1;
  }

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
    for (let at = this.reasonStart; at < end; at++) {
      const byte = buffer[at]!;
      if ((byte < 32 && byte !== 9) || byte === 127) {
        throw new BadHead('the status line has a control character in it');
      }
    }
  }
}
