import { mkdirSync } from 'node:fs';

import type { LogEntry, LogOptions, Unwatch } from '../engine.ts';
import { DirectoryChanges } from './changes.ts';
import { NodeLogReader, nodesWithLogs } from './reader.ts';

/** What the reader of a log has to know of the run. */
export interface LoggedRun {
  ended(): Promise<boolean>;
  onChange(listener: () => void): Unwatch;
}

/**
 * The log of one or all nodes, in order of time as far as it is there already, and then as it comes. Ends when the run has, or at
 * once without `follow`.
 */
export async function* followLogs(
  directory: string,
  options: LogOptions,
  run: LoggedRun
): AsyncGenerator<LogEntry> {
  const readers = new Map<string, Head>();
  const { follow = false, signal } = options;
  if (follow) {
    mkdirSync(directory, { recursive: true });
  }
  const changes = follow ? new DirectoryChanges(directory) : undefined;
  const wake = (): void => changes?.touch();
  const unwatch = follow ? run.onChange(wake) : undefined;
  signal?.addEventListener('abort', wake, { once: true });
  try {
    for (;;) {
      await changes?.changed();
      // Asked before reading: what is written before the end is then surely read.
      const last = !follow || (await run.ended());
      await addReaders(readers, directory, options);
      for (let entry = await earliest(readers); entry !== undefined;) {
        if (signal?.aborted === true) {
          return;
        }
        yield entry;
        entry = await earliest(readers);
      }
      if (last || signal?.aborted === true) {
        return;
      }
    }
  } finally {
    unwatch?.();
    signal?.removeEventListener('abort', wake);
    changes?.close();
    await Promise.all([...readers.values()].map(head => head.reader.close()));
  }
}

interface Head {
  reader: NodeLogReader;
  /** The next entry of the node, read and not given yet. */
  entry: LogEntry | undefined;
}

async function addReaders(
  readers: Map<string, Head>,
  directory: string,
  options: LogOptions
): Promise<void> {
  const { node, from, tail } = options;
  const names = node === undefined ? await nodesWithLogs(directory) : [node];
  for (const name of names) {
    if (readers.has(name)) {
      continue;
    }
    const start = typeof from === 'number' ? from : (from?.[name] ?? 0);
    const reader = new NodeLogReader(directory, name, start);
    if (tail !== undefined && start === 0) {
      await reader.seekTail(tail);
    }
    readers.set(name, { reader, entry: undefined });
  }
}

async function earliest(readers: Map<string, Head>): Promise<LogEntry | undefined> {
  let first: Head | undefined;
  for (const head of readers.values()) {
    head.entry ??= await head.reader.next();
    if (head.entry !== undefined && head.entry.time < (first?.entry?.time ?? Infinity)) {
      first = head;
    }
  }
  const entry = first?.entry;
  if (first !== undefined) {
    first.entry = undefined;
  }
  return entry;
}
