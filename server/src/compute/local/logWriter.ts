import { closeSync, openSync, readdirSync, statSync, unlinkSync, write } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

import type { LogStream } from '../logs/format.ts';
import { LONGEST_PIECE, parseSegmentName, segmentName } from '../logs/format.ts';
import { RecordPacker } from './recordPacker.ts';

const NEWLINE = 10;
const SEGMENTS = 8;
/** Bytes that may wait for the disk before the node's output is no longer read. */
const MOST_WAITING = 2 * 1024 * 1024;
/** A node that writes faster than this is slowed down: its output is read no faster, and its pipe fills up. */
const BYTES_PER_SECOND = 64 * 1024 * 1024;
/** A line that is not ended is written as a piece after this time, so that a progress bar shows. */
const FLUSH_AFTER_MS = 150;

interface Segment {
  start: number;
  size: number;
}

/** Writes one node's log, and never holds more of it in memory than a few megabytes. */
export class LogWriter {
  private readonly _directory: string;
  private readonly _node: string;
  private readonly _segmentBytes: number;
  private _segments: Segment[] = [];
  private _file: number | undefined;
  private _position = 0;
  /** Blocks of whole records. */
  private _waiting: Buffer[] = [];
  private _waitingBytes = 0;
  private _writing = false;
  /** The last record is not whole. */
  private _torn = false;
  private readonly _packer = new RecordPacker(block => this._append(block));
  private readonly _paused = new Set<Readable>();
  private _budget = BYTES_PER_SECOND;
  private _budgetTime = performance.now();
  private _wakeUp: NodeJS.Timeout | undefined;
  private readonly _idle: (() => void)[] = [];
  private readonly _flushes: (() => void)[] = [];

  constructor(directory: string, node: string, limitBytes: number) {
    this._directory = directory;
    this._node = node;
    this._segmentBytes = Math.max(LONGEST_PIECE * 2, Math.floor(limitBytes / SEGMENTS));
    // A place that had a node before, such as a service's that had more replicas once, goes on with its log.
    this._segments = segmentsOf(directory, node);
    const last = this._segments.at(-1);
    this._position = last === undefined ? 0 : last.start + last.size;
  }

  /** Writes what comes from a stream until its end, and reads no faster than the disk and the limit allow. */
  pump(stream: LogStream, source: Readable): void {
    let rest: Buffer = Buffer.alloc(0);
    let timer: NodeJS.Timeout | undefined;
    const flush = (): void => {
      timer = undefined;
      if (rest.length > 0) {
        this._packer.piece(stream, rest);
        rest = Buffer.alloc(0);
      }
    };
    this._flushes.push(flush);
    source.on('data', (chunk: Buffer) => {
      const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      // A copy, because a slice would keep the whole chunk alive.
      rest = Buffer.from(this._packer.lines(stream, data));
      if (rest.length > 0) {
        timer ??= setTimeout(flush, FLUSH_AFTER_MS);
      }
      this._limit(source, chunk.length);
    });
    source.on('end', () => {
      clearTimeout(timer);
      flush();
    });
    source.on('error', flush);
  }

  /** A line of the engine's own. */
  say(text: string): void {
    this._packer.lines('engine', Buffer.from(`${text}\n`));
  }

  /** Resolves when everything that was read is in the file. */
  async settled(): Promise<void> {
    for (const flush of this._flushes) {
      flush();
    }
    if (this._writing || this._waiting.length > 0) {
      await new Promise<void>(resolve => this._idle.push(resolve));
    }
  }

  close(): void {
    clearTimeout(this._wakeUp);
    if (this._file !== undefined) {
      closeSync(this._file);
      this._file = undefined;
    }
  }

  private _append(block: Buffer): void {
    this._waiting.push(block);
    this._waitingBytes += block.length;
    this._write();
  }

  private _limit(source: Readable, bytes: number): void {
    const now = performance.now();
    const earned = ((now - this._budgetTime) / 1000) * BYTES_PER_SECOND;
    this._budget = Math.min(BYTES_PER_SECOND / 4, this._budget + earned) - bytes;
    this._budgetTime = now;
    if (this._waitingBytes > MOST_WAITING || this._budget < 0) {
      source.pause();
      this._paused.add(source);
      this._resume();
    }
  }

  private _resume(): void {
    if (this._paused.size === 0 || this._waitingBytes > MOST_WAITING) {
      return;
    }
    if (this._budget < 0) {
      this._wakeUp ??= setTimeout(
        () => {
          this._wakeUp = undefined;
          this._budget = 0;
          this._budgetTime = performance.now();
          this._resume();
        },
        (-this._budget / BYTES_PER_SECOND) * 1000
      );
      return;
    }
    for (const source of this._paused) {
      source.resume();
    }
    this._paused.clear();
  }

  private _write(): void {
    if (this._writing) {
      return;
    }
    if (this._waiting.length === 0) {
      for (const resolve of this._idle.splice(0)) {
        resolve();
      }
      return;
    }
    const records = this._nextBatch();
    const batch = this._torn ? Buffer.concat([Buffer.of(NEWLINE), records]) : records;
    const done = (): void => {
      this._writing = false;
      this._waitingBytes -= records.length;
      this._resume();
      this._write();
    };
    this._writing = true;
    try {
      const file = this._open(batch.length);
      // A full disk loses lines of the log and nothing else: the run goes on.
      write(file, batch, (_error, written) => {
        this._count(batch, written);
        done();
      });
    } catch {
      setImmediate(done);
    }
  }

  /** Counts what the disk took, which may end in the middle of a record: the next one then begins after an end of line. */
  private _count(batch: Buffer, written: number): void {
    const missing = batch.length - written;
    const current = this._segments.at(-1);
    if (current !== undefined) {
      current.size -= missing;
    }
    this._position -= missing;
    if (written > 0) {
      this._torn = batch[written - 1] !== NEWLINE;
    }
  }

  /** What waits, as far as it fits in the segment: a record is never in two. */
  private _nextBatch(): Buffer {
    const room = this._segmentBytes - (this._segments.at(-1)?.size ?? this._segmentBytes);
    let size = 0;
    let count = 0;
    for (const block of this._waiting) {
      if (count > 0 && size + block.length > Math.max(room, LONGEST_PIECE)) {
        break;
      }
      size += block.length;
      count++;
    }
    return Buffer.concat(this._waiting.splice(0, count), size);
  }

  private _open(bytes: number): number {
    const last = this._segments.at(-1);
    if (this._file === undefined || last === undefined || last.size + bytes > this._segmentBytes) {
      if (this._file !== undefined) {
        closeSync(this._file);
        this._file = undefined;
      }
      const segment = { start: this._position, size: 0 };
      this._file = openSync(this._path(segment), 'a', 0o644);
      this._segments.push(segment);
      if (this._segments.length > SEGMENTS) {
        // The beginning says how the run was started and the end how it went: the second oldest goes.
        const [dropped] = this._segments.splice(1, 1);
        if (dropped !== undefined) {
          unlinkSync(this._path(dropped));
        }
      }
    }
    const current = this._segments.at(-1);
    if (current !== undefined) {
      current.size += bytes;
    }
    this._position += bytes;
    return this._file;
  }

  private _path(segment: Segment): string {
    return join(this._directory, segmentName(this._node, segment.start));
  }
}

function segmentsOf(directory: string, node: string): Segment[] {
  return readdirSync(directory)
    .flatMap(name => {
      const segment = parseSegmentName(name);
      return segment?.node === node
        ? [{ start: segment.start, size: statSync(join(directory, name)).size }]
        : [];
    })
    .sort((a, b) => a.start - b.start);
}
