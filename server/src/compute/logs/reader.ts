import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { LogEntry } from '../engine.ts';
import { LONGEST_RECORD, parseRecord, parseSegmentName, segmentName } from './format.ts';

const NEWLINE = 10;
const CHUNK = 256 * 1024;

/** Reads one node's log from a position on, segment by segment, as far as it is written. */
export class NodeLogReader {
  readonly node: string;
  private readonly _directory: string;
  private _position: number;
  private _file: { handle: FileHandle; start: number } | undefined;
  private _buffer: Buffer = Buffer.alloc(0);

  constructor(directory: string, node: string, from: number) {
    this._directory = directory;
    this.node = node;
    this._position = from;
  }

  /** The next entry, or undefined when there is none yet. */
  async next(): Promise<LogEntry | undefined> {
    for (;;) {
      const end = this._buffer.indexOf(NEWLINE);
      if (end >= 0) {
        const record = this._buffer.subarray(0, end);
        this._buffer = this._buffer.subarray(end + 1);
        this._position += end + 1;
        const entry = this._entry(record);
        if (entry !== undefined) {
          return entry;
        }
      } else if (!(await this._fill())) {
        const gap = await this._nextSegment();
        if (gap === undefined) {
          return undefined;
        }
        if (gap > 0) {
          return this._gap(gap);
        }
      }
    }
  }

  /** Goes back from the end by so many records; returns the position. */
  async seekTail(lines: number): Promise<void> {
    const segments = await this._segments();
    let missing = lines;
    for (let i = segments.length - 1; i >= 0; i--) {
      const start = segments[i] ?? 0;
      const handle = await openSegment(this._directory, this.node, start);
      try {
        const { size } = await handle.stat();
        let at = size;
        while (at > 0) {
          const length = Math.min(CHUNK, at);
          const bytes = Buffer.alloc(length);
          await handle.read(bytes, 0, length, at - length);
          for (let k = length - 1; k >= 0; k--) {
            // The very last byte ends the last record and begins none.
            if (bytes[k] === NEWLINE && at - length + k + 1 < size && --missing === 0) {
              this._position = start + at - length + k + 1;
              return;
            }
          }
          at -= length;
        }
        if (i > 0 && --missing === 0) {
          this._position = start;
          return;
        }
      } finally {
        await handle.close();
      }
    }
    this._position = segments[0] ?? 0;
  }

  async close(): Promise<void> {
    await this._file?.handle.close();
    this._file = undefined;
  }

  private async _fill(): Promise<boolean> {
    if (this._file === undefined) {
      return false;
    }
    const bytes = Buffer.allocUnsafe(CHUNK);
    const at = this._position + this._buffer.length - this._file.start;
    const { bytesRead } = await this._file.handle.read(bytes, 0, CHUNK, at);
    if (bytesRead === 0) {
      return false;
    }
    this._buffer = Buffer.concat([this._buffer, bytes.subarray(0, bytesRead)]);
    if (this._buffer.length > LONGEST_RECORD * 8 && !this._buffer.includes(NEWLINE)) {
      // No log of ours: skip it, and hold no more of it in memory.
      this._position += this._buffer.length;
      this._buffer = Buffer.alloc(0);
    }
    return true;
  }

  /** Opens the segment in which the position is, or the one after a gap; the size of the gap, undefined when there is nothing more. */
  private async _nextSegment(): Promise<number | undefined> {
    const segments = await this._segments();
    const known = this._file?.start;
    const start = segments.findLast(item => item <= this._position && item !== known) ?? undefined;
    const following = segments.find(item => item > (known ?? -1) && item >= this._position);
    const current = this._file === undefined ? await this._holds(start) : undefined;
    const next = current ?? following;
    if (next === undefined) {
      return undefined;
    }
    await this.close();
    this._file = {
      handle: await openSegment(this._directory, this.node, next),
      start: next
    };
    const gap = Math.max(0, next - this._position - this._buffer.length);
    if (next > this._position) {
      this._position = next;
      this._buffer = Buffer.alloc(0);
    }
    return gap;
  }

  private async _holds(start: number | undefined): Promise<number | undefined> {
    if (start === undefined) {
      return undefined;
    }
    const handle = await openSegment(this._directory, this.node, start);
    try {
      return start + (await handle.stat()).size >= this._position ? start : undefined;
    } finally {
      await handle.close();
    }
  }

  private async _segments(): Promise<number[]> {
    return segmentsOf(await namesIn(this._directory), this.node);
  }

  private _entry(record: Buffer): LogEntry | undefined {
    const parsed = parseRecord(record);
    return parsed === undefined
      ? undefined
      : {
          node: this.node,
          time: parsed.time,
          stream: parsed.stream,
          text: parsed.bytes.toString('utf8'),
          ...(parsed.partial ? { partial: true } : {}),
          offset: this._position
        };
  }

  private _gap(bytes: number): LogEntry {
    return {
      node: this.node,
      time: Date.now(),
      stream: 'engine',
      text: `${bytes} bytes of output were dropped here: the log is too long.`,
      droppedBytes: bytes,
      offset: this._position
    };
  }
}

/** Nodes that have a log in the directory. */
export async function nodesWithLogs(directory: string): Promise<string[]> {
  const names = (await namesIn(directory)).flatMap(name => parseSegmentName(name)?.node ?? []);
  return [...new Set(names)].sort();
}

/** A node's output without times and streams, as its programs wrote it. */
export async function* rawBytes(directory: string, node: string): AsyncGenerator<Uint8Array> {
  for (const start of segmentsOf(await namesIn(directory), node)) {
    let rest: Buffer = Buffer.alloc(0);
    const handle = await openSegment(directory, node, start);
    try {
      for await (const chunk of handle.createReadStream({
        highWaterMark: CHUNK,
        autoClose: false
      })) {
        const data = Buffer.concat([rest, chunk as Buffer]);
        const parts: Buffer[] = [];
        let begin = 0;
        for (let end = data.indexOf(NEWLINE); end >= 0; end = data.indexOf(NEWLINE, begin)) {
          const record = parseRecord(data.subarray(begin, end));
          if (record !== undefined && record.stream !== 'engine') {
            parts.push(record.bytes, ...(record.partial ? [] : [Buffer.of(NEWLINE)]));
          }
          begin = end + 1;
        }
        rest = data.subarray(begin);
        yield Buffer.concat(parts);
      }
    } finally {
      await handle.close();
    }
  }
}

/** Where a person's program can write, a link may be where a segment was: it is not followed, and nothing else than a file is waited for. */
function openSegment(directory: string, node: string, start: number): Promise<FileHandle> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  return open(join(directory, segmentName(node, start)), flags);
}

function segmentsOf(names: string[], node: string): number[] {
  return names
    .flatMap(name => {
      const parsed = parseSegmentName(name);
      return parsed?.node === node ? [parsed.start] : [];
    })
    .sort((a, b) => a - b);
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch {
    return [];
  }
}
