/**
 * Logs on the disk are lines as the Container Runtime Interface has them (`<RFC 3339> stdout|stderr F|P <bytes>`, where P is a piece
 * of a line and F its end), because they can be read with anything. A node's log is a sequence of bytes, held in segments called
 * `<node>.<position of the first byte>.log`; the first and the last ones are kept when it gets too long.
 */
export type LogStream = 'stdout' | 'stderr' | 'engine';

const STREAMS: readonly LogStream[] = ['stdout', 'stderr', 'engine'];
/** Longest piece of a line in bytes. */
export const LONGEST_PIECE = 64 * 1024;
/** Longest record: time, stream, tag, a piece and its end. */
export const LONGEST_RECORD = LONGEST_PIECE + 64;

/** What goes before the bytes of a line. */
export function recordHead(time: number, stream: LogStream, partial: boolean): string {
  return `${new Date(time).toISOString()} ${stream} ${partial ? 'P' : 'F'} `;
}

/** A record without its end, or undefined when it is none (the disk was full in the middle of it). */
export function parseRecord(
  record: Buffer
): { time: number; stream: LogStream; partial: boolean; bytes: Buffer } | undefined {
  const first = record.indexOf(32);
  const second = record.indexOf(32, first + 1);
  const time = Date.parse(record.toString('latin1', 0, Math.max(0, first)));
  const stream = STREAMS.find(name => name === record.toString('latin1', first + 1, second));
  if (second < 0 || stream === undefined || Number.isNaN(time)) {
    return undefined;
  }
  return { time, stream, partial: record[second + 1] === 80, bytes: record.subarray(second + 3) };
}

/** The file of a segment. */
export function segmentName(node: string, start: number): string {
  return `${node}.${String(start).padStart(15, '0')}.log`;
}

/** Node and first position of a segment's file, or undefined when the name is none. */
export function parseSegmentName(name: string): { node: string; start: number } | undefined {
  const match = /^(.+)\.(\d{15,})\.log$/.exec(name);
  return match === null ? undefined : { node: match[1] ?? '', start: Number(match[2]) };
}
