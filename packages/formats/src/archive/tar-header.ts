import { ArchiveError } from '../problem.ts';

/** Headers of tar: POSIX.1-1988 (ustar), POSIX.1-2001 (pax) and GNU's own. */

export const TAR_BLOCK = 512;

const damaged = () => new ArchiveError('archive.damaged');

export interface TarHeader {
  /** One character; `0` for a regular file. */
  readonly type: string;
  readonly nameBytes: Buffer;
  /** Bytes that follow, before padding. */
  readonly size: number;
  /** Old GNU sparse files only: further blocks of the map follow. */
  readonly extended: boolean;
}

/** Whether a block is all zeros: two of them end an archive. */
export function isZeroBlock(block: Buffer): boolean {
  return block.length === TAR_BLOCK && block[0] === 0 && block.every(byte => byte === 0);
}

/** Whether the checksum is right. Some old writers summed signed bytes. */
export function isTarHeader(block: Buffer): boolean {
  if (block.length < TAR_BLOCK) {
    return false;
  }
  const declared = parseOctal(block, 148, 8);
  let sum = 8 * 0x20;
  let signed = sum;
  for (let i = 0; i < TAR_BLOCK; i++) {
    if (i === 148) {
      i = 155;
      continue;
    }
    const byte = block[i] ?? 0;
    sum += byte;
    signed += byte < 0x80 ? byte : byte - 0x100;
  }
  return declared === sum || declared === signed;
}

/** Octal digits between blanks and NULs; undefined if it is something else. */
function parseOctal(block: Buffer, at: number, length: number): number | undefined {
  const text = /^[ \0]*([0-7]*)[ \0]?/.exec(block.toString('latin1', at, at + length));
  return text?.[1] ? Number.parseInt(text[1], 8) : undefined;
}

/** A size: octal, or base 256 with the first bit set as GNU writes what octal cannot hold. */
function parseSize(block: Buffer): number {
  const first = block[124] ?? 0;
  if ((first & 0x80) === 0) {
    const size = parseOctal(block, 124, 12);
    return size ?? 0;
  }
  if (first !== 0x80) {
    throw damaged();
  }
  let size = 0;
  for (let i = 125; i < 136; i++) {
    size = size * 256 + (block[i] ?? 0);
    if (!Number.isSafeInteger(size)) {
      throw damaged();
    }
  }
  return size;
}

function textField(block: Buffer, at: number, length: number): Buffer {
  const field = block.subarray(at, at + length);
  const end = field.indexOf(0);
  return end < 0 ? field : field.subarray(0, end);
}

/** @param block with a right checksum */
export function parseTarHeader(block: Buffer): TarHeader {
  const magic = block.toString('latin1', 257, 263);
  const type = String.fromCharCode(block[156] ?? 0);
  const prefix = magic === 'ustar\0' ? textField(block, 345, 155) : Buffer.alloc(0);
  const name = textField(block, 0, 100);
  return {
    type: type === '\0' || type === '7' ? '0' : type,
    nameBytes:
      prefix.length > 0 ? Buffer.concat([prefix, Buffer.from('/'), name]) : Buffer.from(name),
    size: parseSize(block),
    extended: block[482] === 1
  };
}

/** What of a pax header matters here. */
export interface PaxFields {
  path?: Buffer;
  /** The path is said to be whatever the file system had, and not UTF-8. */
  binary?: boolean;
  size?: number;
  sparse?: boolean;
  /** What a sparse file is called; the header has a made-up name. */
  sparseName?: Buffer;
}

/** Parses `length key=value\n` records. @throws ArchiveError they are not well formed */
export function parsePax(body: Buffer): PaxFields {
  const fields: PaxFields = {};
  let at = 0;
  while (at < body.length) {
    const blank = body.indexOf(0x20, at);
    const digits = blank < 0 ? '' : body.toString('latin1', at, blank);
    const end = at + Number(digits);
    if (!/^[1-9]\d{0,9}$/.test(digits) || end > body.length || end <= blank + 1) {
      throw damaged();
    }
    const equals = body.indexOf(0x3d, blank);
    if (body[end - 1] !== 0x0a || equals < 0 || equals >= end) {
      throw damaged();
    }
    const key = body.toString('latin1', blank + 1, equals);
    const value = body.subarray(equals + 1, end - 1);
    if (key === 'path') {
      fields.path = Buffer.from(value);
    } else if (key === 'hdrcharset') {
      fields.binary = value.toString('latin1') === 'BINARY';
    } else if (key === 'size') {
      const size = Number(value.toString('latin1'));
      if (!/^\d+$/.test(value.toString('latin1')) || !Number.isSafeInteger(size)) {
        throw damaged();
      }
      fields.size = size;
    } else if (key.startsWith('GNU.sparse.')) {
      fields.sparse = true;
      if (key === 'GNU.sparse.name') {
        fields.sparseName = Buffer.from(value);
      }
    }
    at = end;
  }
  return fields;
}
