import type { LogLine, LogPage } from '@topsdl/contract';
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

const POSITION = /^[0-9]{1,9}(?::[0-9a-z]{1,11}(?:\.[0-9a-z]{1,11})*)?$/;

/** Reads a position; null where the text is none. */
export function parsePosition(text: string): Position | null {
  if (!POSITION.test(text)) {
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

/** A stretch of a log, across attempts; all nodes in order of time, or one. */
export async function readLog(
  engine: ComputeEngine,
  state: LogState,
  request: LogRequest
): Promise<LogPage> {
  const limit = request.limit ?? DEFAULT_LINES;
  const lines: LogLine[] = [];
  const tail = request.from === undefined ? request.tail : undefined;
  const position = startOf(state, request.from, tail);
  for (const source of state.sources.filter(({ attempt }) => attempt >= position.attempt)) {
    enter(position, source, lines);
    for await (const entry of engine.logs(
      source.handle,
      optionsOf(source, position, request.node, tail)
    )) {
      if (lines.length >= limit) {
        return { lines, position: formatPosition(position), ended: false, droppedBytes: 0 };
      }
      take(entry, source, position, lines);
    }
  }
  return { lines, position: formatPosition(position), ended: state.ended, droppedBytes: 0 };
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
        yield { lines: [], position: formatPosition(current), ended: true, droppedBytes: 0 };
        return;
      }
      await change;
      continue;
    }
    const opening: LogLine[] = [];
    enter(current, source, opening);
    const options = { ...optionsOf(source, current, request.node, tail), follow: true, signal };
    tail = undefined;
    if (opening.length > 0) {
      yield { lines: opening, position: formatPosition(current), ended: false, droppedBytes: 0 };
    }
    for await (const batch of batches(engine.logs(source.handle, options), BATCH_LINES, BATCH_MS)) {
      const lines: LogLine[] = [];
      batch.forEach(entry => take(entry, source, current, lines));
      yield { lines, position: formatPosition(current), ended: false, droppedBytes: 0 };
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

/** Moves a position on to a source, saying so between two attempts. */
function enter(position: Position, source: LogSource, lines: LogLine[]): void {
  if (position.attempt !== source.attempt) {
    if (position.attempt > 0) {
      lines.push({
        node: '',
        stream: 'system',
        time: new Date(source.startedAt).toISOString(),
        text: `Attempt ${source.attempt}`
      });
    }
    position.attempt = source.attempt;
    position.offsets = [];
  }
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

function take(entry: LogEntry, source: LogSource, position: Position, lines: LogLine[]): void {
  const index = source.nodes.indexOf(entry.node);
  if (index >= 0) {
    while (position.offsets.length <= index) {
      position.offsets.push(0);
    }
    position.offsets[index] = entry.offset;
  }
  lines.push({
    node: entry.node,
    stream: entry.stream === 'engine' ? 'system' : entry.stream,
    time: new Date(entry.time).toISOString(),
    text: entry.text
  });
}
