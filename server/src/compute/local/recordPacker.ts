import type { LogStream } from '../logs/format.ts';
import { LONGEST_PIECE, LONGEST_RECORD, recordHead } from '../logs/format.ts';

const NEWLINE = 10;

/**
 * Makes records of a node's output, in blocks of several: a program may write a million short lines a second, and each would cost as
 * much to hand on as a block. No record is in two blocks.
 */
export class RecordPacker {
  private readonly _block = Buffer.allocUnsafe(LONGEST_RECORD);
  private readonly _emit: (block: Buffer) => void;
  private _used = 0;

  constructor(emit: (block: Buffer) => void) {
    this._emit = emit;
  }

  /** Takes all lines that are whole, and pieces of the one that is not if it is long. @returns what is left of it */
  lines(stream: LogStream, data: Buffer): Buffer {
    const [whole, part] = heads(stream);
    let begin = 0;
    for (;;) {
      const end = data.indexOf(NEWLINE, begin);
      const until = end < 0 ? data.length : end;
      while (until - begin > LONGEST_PIECE) {
        const cut = characterStart(data, begin + LONGEST_PIECE);
        this._add(part, data, begin, cut);
        begin = cut;
      }
      if (end < 0) {
        break;
      }
      this._add(whole, data, begin, end);
      begin = end + 1;
    }
    this._flush();
    return data.subarray(begin);
  }

  /** Takes the beginning of a line as it is now. */
  piece(stream: LogStream, data: Buffer): void {
    const [, part] = heads(stream);
    this._add(part, data, 0, data.length);
    this._flush();
  }

  private _add(head: Buffer, data: Buffer, begin: number, end: number): void {
    if (this._used + head.length + end - begin + 1 > this._block.length) {
      this._flush();
    }
    this._used += head.copy(this._block, this._used);
    this._used += data.copy(this._block, this._used, begin, end);
    this._block[this._used++] = NEWLINE;
  }

  private _flush(): void {
    if (this._used > 0) {
      this._emit(Buffer.from(this._block.subarray(0, this._used)));
      this._used = 0;
    }
  }
}

/** What goes before a whole line, and before a piece of one. */
function heads(stream: LogStream): [whole: Buffer, part: Buffer] {
  const now = Date.now();
  const head = (partial: boolean): Buffer =>
    Buffer.from(recordHead(now, stream, partial), 'latin1');
  return [head(false), head(true)];
}

/** The largest cut at or before `at` that does not tear a UTF-8 character. */
function characterStart(data: Buffer, at: number): number {
  for (let cut = at; cut > at - 4; cut--) {
    if (((data[cut] ?? 0) & 0xc0) !== 0x80) {
      return cut;
    }
  }
  return at;
}
