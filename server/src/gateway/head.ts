/**
 * Reads the head of an HTTP/1.1 message straight from the bytes (RFC 9112). It is stricter than the
 * RFC obliges it to be: lines end in CRLF, no folding, no space before the colon, field values
 * without CR, LF and NUL, framing that can be read in one way only. What two programs may read
 * differently is how requests are smuggled, so none of it passes.
 */
import { FIELD, fieldAt, TOKEN } from './fields.ts';

/** Most fields of one head. */
const MAX_FIELDS = 256;
/** Longest head, in bytes. */
export const MAX_HEAD_BYTES = 32 * 1024;

/** A head that breaks a rule. The message says which, and holds nothing of the head itself. */
export class BadHead extends Error {}

const CR = 13;
const LF = 10;
const COLON = 58;
const SPACE = 32;
const TAB = 9;

/** 1 for each byte that may stand in a field's value. */
const VALUE = new Uint8Array(256).fill(1, SPACE);
VALUE[TAB] = 1;
VALUE[127] = 0;

/**
 * The fields of a head as positions in its buffer. One object is filled again for each message, so
 * that reading one allocates nothing; it is good until the next is read.
 */
export class HeadFields {
  count = 0;
  readonly field = new Uint8Array(MAX_FIELDS);
  /** Where each line begins; behind the last, where the empty line does. */
  readonly nameStart = new Uint32Array(MAX_FIELDS + 1);
  readonly nameEnd = new Uint32Array(MAX_FIELDS);
  readonly valueStart = new Uint32Array(MAX_FIELDS);
  readonly valueEnd = new Uint32Array(MAX_FIELDS);
  /** Behind the empty line. */
  end = 0;
  /** -1 when the head does not say. */
  contentLength = -1;
  chunked = false;
  /** `Connection: close` */
  close = false;
  /** The index of each known field's first occurrence plus one; 0 when it is not there. */
  readonly first = new Uint16Array(32);
  /** A bit for each known field that is there more than once. */
  repeated = 0;

  /**
   * Reads the lines from `start` to the empty line.
   *
   * @param end nothing behind it is looked at
   * @returns false when the empty line has not come yet
   * @throws BadHead
   */
  read(buffer: Uint8Array, start: number, end: number): boolean {
    this.#empty();
    let nominates = false;
    let at = start;
    for (;;) {
      const nameStart = at;
      let hash = 0;
      while (at < end) {
        const byte = TOKEN[buffer[at]!]!;
        if (byte === 0) {
          break;
        }
        hash = (Math.imul(hash, 31) + byte) | 0;
        at++;
      }
      if (at + 1 >= end) {
        return false;
      }
      if (at === nameStart && buffer[at] === CR && buffer[at + 1] === LF) {
        break;
      }
      if (at === nameStart || buffer[at] !== COLON) {
        throw new BadHead('a field name is not a token followed by a colon');
      }
      const nameEnd = at;
      do {
        at++;
      } while (at < end && (buffer[at] === SPACE || buffer[at] === TAB));
      const valueStart = at;
      at = lineEnd(buffer, at, end);
      if (at < 0) {
        return false;
      }
      let valueEnd = at;
      while (
        valueEnd > valueStart &&
        (buffer[valueEnd - 1] === SPACE || buffer[valueEnd - 1] === TAB)
      ) {
        valueEnd--;
      }
      at += 2;
      const index = this.count;
      if (index === MAX_FIELDS) {
        throw new BadHead('too many fields');
      }
      const field = fieldAt(buffer, nameStart, nameEnd, hash);
      this.field[index] = field;
      this.nameStart[index] = nameStart;
      this.nameEnd[index] = nameEnd;
      this.valueStart[index] = valueStart;
      this.valueEnd[index] = valueEnd;
      this.count = index + 1;
      if (field !== FIELD.other) {
        if (field === FIELD.connection) {
          nominates = this.#connection(buffer, valueStart, valueEnd) || nominates;
        } else if (field === FIELD.contentLength) {
          this.#length(buffer, valueStart, valueEnd);
        } else if (field === FIELD.transferEncoding) {
          this.#encoding(buffer, valueStart, valueEnd);
        }
        if (this.first[field] === 0) {
          this.first[field] = index + 1;
        } else {
          this.repeated |= 1 << field;
        }
      }
    }
    this.nameStart[this.count] = at;
    this.end = at + 2;
    if (this.chunked && this.contentLength >= 0) {
      throw new BadHead('both Content-Length and Transfer-Encoding');
    }
    if (nominates) {
      this.#dropNominated(buffer);
    }
    return true;
  }

  #empty(): void {
    for (let i = 0; i < this.count; i++) {
      this.first[this.field[i]!] = 0;
    }
    this.count = 0;
    this.repeated = 0;
    this.contentLength = -1;
    this.chunked = false;
    this.close = false;
  }

  /** The value of a known field, the first if there are several; undefined when it is not there. */
  value(buffer: Buffer, field: number): string | undefined {
    const index = this.first[field]! - 1;
    return index < 0 ? undefined : latin1(buffer, this.valueStart[index]!, this.valueEnd[index]!);
  }

  /** Reads `Connection`; true when it names fields that end at this hop. */
  #connection(buffer: Uint8Array, start: number, end: number): boolean {
    const length = end - start;
    if (length === 10 && (buffer[start]! | 32) === 107) {
      // `keep-alive`, by far the most common; anything else of this length is looked at below.
      if (matches(buffer, start, 'keep-alive')) {
        return false;
      }
    } else if (length === 5 && matches(buffer, start, 'close')) {
      this.close = true;
      return false;
    }
    for (const token of tokens(buffer, start, end)) {
      this.close ||= token === 'close';
    }
    return true;
  }

  #length(buffer: Uint8Array, start: number, end: number): void {
    // A list such as `5, 5` or a second field is refused rather than compared.
    if (this.contentLength >= 0 || start === end || end - start > 15) {
      throw new BadHead('Content-Length is not one number');
    }
    let length = 0;
    for (let at = start; at < end; at++) {
      const digit = buffer[at]! - 48;
      if (digit < 0 || digit > 9) {
        throw new BadHead('Content-Length is not one number');
      }
      length = length * 10 + digit;
    }
    this.contentLength = length;
  }

  #encoding(buffer: Uint8Array, start: number, end: number): void {
    if (this.chunked || end - start !== 7 || !matches(buffer, start, 'chunked')) {
      throw new BadHead('Transfer-Encoding is not `chunked`');
    }
    this.chunked = true;
  }

  /** Marks the fields that `Connection` names, so that they end here (RFC 9110 7.6.1). */
  #dropNominated(buffer: Uint8Array): void {
    const named = new Set<string>();
    for (let i = 0; i < this.count; i++) {
      if (this.field[i] === FIELD.connection) {
        for (const token of tokens(buffer, this.valueStart[i]!, this.valueEnd[i]!)) {
          named.add(token);
        }
      }
    }
    for (let i = 0; i < this.count; i++) {
      if (
        this.field[i] === FIELD.other &&
        named.has(lower(buffer, this.nameStart[i]!, this.nameEnd[i]!))
      ) {
        this.field[i] = FIELD.dropAlways;
      }
    }
  }
}

/**
 * Where the CR of a line's CRLF stands; -1 when it has not come yet.
 *
 * @param end nothing behind it is looked at
 * @throws BadHead when the line has a control character in it, such as a bare CR or LF
 */
export function lineEnd(buffer: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && VALUE[buffer[at]!] === 1) {
    at++;
  }
  if (at + 1 >= end) {
    return -1;
  }
  if (buffer[at] !== CR || buffer[at + 1] !== LF) {
    throw new BadHead('a line has a control character in it');
  }
  return at;
}

/** Whether the bytes at `start` are a word, whatever their case. @param word lower case */
export function matches(buffer: Uint8Array, start: number, word: string): boolean {
  for (let i = 0; i < word.length; i++) {
    if (TOKEN[buffer[start + i]!] !== word.charCodeAt(i)) {
      return false;
    }
  }
  return true;
}

function lower(buffer: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at++) {
    text += String.fromCharCode(buffer[at]!);
  }
  return text.toLowerCase();
}

/** Bytes as text, one character each: the form in which heads are put together again. */
export function latin1(buffer: Buffer, start: number, end: number): string {
  return buffer.toString('latin1', start, end);
}

function tokens(buffer: Uint8Array, start: number, end: number): string[] {
  return listOf(lower(buffer, start, end));
}

/** The members of a comma-separated list, trimmed, lower case, without empty ones. */
export function listOf(value: string): string[] {
  return value
    .toLowerCase()
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '');
}
