import { LOG_POSITION, type LogLine, type LogPage } from '@topsdl/contract';
import type { ComputeEngine, LogEntry, LogOptions, WorkloadHandle } from '../compute/engine.ts';
import { batches } from './batches.ts';

/** One attempt's log. */
export interface LogSource {
  readonly attempt: number;
  readonly handle: WorkloadHandle;
  /** Names of the nodes in the order that positions count them in. */
  readonly nodes: readonly string[];
  /** Milliseconds. */
  readonly startedAt: number;
}

/** All that was and will be logged for one thing: its attempts so far, and whether there will be more. */
export interface LogState {
  readonly sources: readonly LogSource[];
  /** The thing has ended: no source will follow, unless somebody starts it anew. */
  readonly ended: boolean;
}

export interface LogRequest {
  readonly node?: string | undefined;
  readonly from?: string | undefined;
  readonly limit?: number | undefined;
  readonly tail?: number | undefined;
}

/** Lines of a page where none is asked for. */
const DEFAULT_LINES = 1000;
/** A followed log goes out in pages of at most this many lines, this long after the first of them. */
const BATCH_LINES = 500;
const BATCH_MS = 40;

/** How far each node's log has been read, in bytes, in one attempt. Its text is opaque to clients. */
interface Position {
  attempt: number;
  offsets: number[];
}

/** A line, and the bytes that are missing at its place. */
interface Line {
  readonly line: LogLine;
  readonly dropped: number;
}

/** Reads a position; null where the text is none. */
export function parsePosition(text: string): Position | null {
  if (!LOG_POSITION.test(text)) {
    return null;
  }
  const [attempt = '0', offsets = ''] = text.split(':');
  return {
    attempt: Number(attempt),
    offsets: offsets === '' ? [] : offsets.split('.').map(part => Number.parseInt(part, 36))
  };
}

function formatPosition(position: Position): string {
  const offsets = Array.from(position.offsets, offset => (offset ?? 0).toString(36)).join('.');
  return offsets === '' ? String(position.attempt) : `${position.attempt}:${offsets}`;
}

/** A page from what was read; what the engine dropped for its size is counted. */
function pageOf(lines: readonly Line[], position: Position, ended: boolean): LogPage {
  return {
    lines: lines.map(({ line }) => line),
    position: formatPosition(position),
    ended,
    droppedBytes: lines.reduce((sum, { dropped }) => sum + dropped, 0)
  };
}

/** A stretch of a log, across attempts; all nodes in order of time, or one. */
export async function readLog(
  engine: ComputeEngine,
  state: LogState,
  request: LogRequest
): Promise<LogPage> {
  const limit = request.limit ?? DEFAULT_LINES;
  const lines: Line[] = [];
  const tail = request.from === undefined ? request.tail : undefined;
  const position = startOf(state, request.from, tail);
  for (const source of state.sources.filter(({ attempt }) => attempt >= position.attempt)) {
    lines.push(...enter(position, source));
    const options = optionsOf(source, position, request.node, tail);
    for await (const entry of engine.logs(source.handle, options)) {
      if (lines.length >= limit) {
        return pageOf(lines, position, false);
      }
      lines.push(take(entry, source, position));
    }
  }
  return pageOf(lines, position, state.ended);
}

/**
 * Follows a log from a position: pages as lines come, until the last attempt has ended.
 *
 * @param look the sources as they are now
 * @param changed resolves at the next change of what `look` tells
 */
export async function* followLog(
  engine: ComputeEngine,
  look: () => LogState,
  changed: (signal: AbortSignal) => Promise<void>,
  request: LogRequest,
  signal: AbortSignal
): AsyncGenerator<LogPage> {
  let tail = request.from === undefined ? request.tail : undefined;
  let position: Position | null = null;
  let done = 0;
  while (!signal.aborted) {
    const change = changed(signal);
    const state = look();
    position ??= startOf(state, request.from, tail);
    const current: Position = position;
    const source = state.sources.find(
      ({ attempt }) => attempt >= current.attempt && attempt > done
    );
    if (!source) {
      if (state.ended) {
        yield pageOf([], current, true);
        return;
      }
      await change;
      continue;
    }
    const opening = enter(current, source);
    const options = { ...optionsOf(source, current, request.node, tail), follow: true, signal };
    tail = undefined;
    if (opening.length > 0) {
      yield pageOf(opening, current, false);
    }
    for await (const batch of batches(engine.logs(source.handle, options), BATCH_LINES, BATCH_MS)) {
      const lines = batch.map(entry => take(entry, source, current));
      yield pageOf(lines, current, false);
    }
    done = source.attempt;
  }
}

function startOf(state: LogState, from: string | undefined, tail: number | undefined): Position {
  const parsed = from === undefined ? null : parsePosition(from);
  if (parsed) {
    return parsed;
  }
  const first = tail === undefined ? state.sources[0] : state.sources.at(-1);
  return { attempt: first?.attempt ?? 0, offsets: [] };
}

/** Moves a position on to a source; between two attempts there is a line that says so. */
function enter(position: Position, source: LogSource): Line[] {
  const { attempt, startedAt } = source;
  const between = position.attempt !== attempt && position.attempt > 0;
  if (position.attempt !== attempt) {
    position.attempt = attempt;
    position.offsets = [];
  }
  const line: LogLine = {
    node: '',
    stream: 'system',
    time: new Date(startedAt).toISOString(),
    text: `Attempt ${attempt}`
  };
  return between ? [{ line, dropped: 0 }] : [];
}

function optionsOf(
  source: LogSource,
  position: Position,
  node: string | undefined,
  tail: number | undefined
): LogOptions {
  const from = Object.fromEntries(
    source.nodes.map((name, index) => [name, position.offsets[index] ?? 0])
  );
  return {
    from,
    ...(node === undefined ? {} : { node }),
    ...(tail === undefined ? {} : { tail })
  };
}

function take(entry: LogEntry, source: LogSource, position: Position): Line {
  const index = source.nodes.indexOf(entry.node);
  if (index >= 0) {
    while (position.offsets.length <= index) {
      position.offsets.push(0);
    }
    position.offsets[index] = entry.offset;
  }
  return {
    line: {
      node: entry.node,
      stream: entry.stream === 'engine' ? 'system' : entry.stream,
      time: new Date(entry.time).toISOString(),
      text: entry.text
    },
    dropped: entry.droppedBytes ?? 0
  };
}
