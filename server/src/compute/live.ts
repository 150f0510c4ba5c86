import type { Command } from './workload.ts';

/** One line of a node's output. A line longer than 64 KiB comes in pieces, all but the last with `partial`. */
export interface LogEntry {
  node: string;
  /** Integer milliseconds since the epoch. */
  time: number;
  /** `engine` is what the engine says itself, such as that a part of the log was dropped for its size. */
  stream: 'stdout' | 'stderr' | 'engine';
  /** Without the line's end. Bytes that are not UTF-8 are shown as U+FFFD; `rawLog` has them as they were. */
  text: string;
  partial?: boolean;
  /** Of an entry of the engine's own: how much of the output is missing here, for the log was too long. */
  droppedBytes?: number;
  /** Position right after this entry in the node's log: pass it as `from` to go on with the next one. */
  offset: number;
}

export interface LogOptions {
  /** One node's name; all nodes where undefined, what is already there in order of time. */
  node?: string;
  /** Where to go on: by node's name, or one number with `node`. From the beginning where undefined. */
  from?: number | Readonly<Record<string, number>>;
  /** At most this many of the last lines of each node before what follows. */
  tail?: number;
  /** Wait for more until the workload has ended. */
  follow?: boolean;
  signal?: AbortSignal;
}

/** What one node uses now. */
export interface NodeStats {
  node: string;
  /** Cores in use, averaged since the sample before (at least half a second); 0 in the first. */
  cpuCores: number;
  /** Processor time since the node's start. */
  cpuSeconds: number;
  memoryBytes: number;
  processes: number;
  cards: number;
  /** Bytes on the interfaces of the node's network since the start. Nodes of one batch workload share a network, and so these numbers. */
  receivedBytes: number;
  sentBytes: number;
}

export interface WorkloadStats {
  /** Integer milliseconds since the epoch. */
  time: number;
  nodes: NodeStats[];
}

export interface ExecOptions {
  /** The master or the first running replica where undefined. */
  node?: string;
  command: Command;
  env?: Readonly<Record<string, string>>;
  signal?: AbortSignal;
}

/** A process that was started in a node beside its command, with the node's environment and limits. */
export interface ExecSession {
  stdin: NodeJS.WritableStream;
  stdout: NodeJS.ReadableStream;
  stderr: NodeJS.ReadableStream;
  /** The exit code, 128 + n for signal n. Rejects when the connection to the node is lost. */
  exited: Promise<number>;
  kill(): void;
}

/** Where to dial to reach a port of a workload: plain bytes, as if it were the port itself. */
export type Endpoint = { socketPath: string } | { host: string; port: number };
