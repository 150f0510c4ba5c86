import type { Duplex } from 'node:stream';

import type { WorkloadStats } from '../engine.ts';
import type { RunState } from './stateFile.ts';

/**
 * What goes over a supervisor's control socket: lines of JSON in both directions. After an `exec` request has been answered, the
 * connection carries frames instead (a byte for the kind, four for the length, the bytes).
 */
export type ControlRequest =
  | { op: 'watch' }
  | { op: 'stop'; graceMs?: number }
  | { op: 'scale'; replicas: number }
  | { op: 'stats' }
  | { op: 'exec'; node?: string; argv: string[]; env: Record<string, string> };

export type ControlReply =
  | { kind: 'state'; state: RunState }
  | { kind: 'done' }
  | { kind: 'stats'; stats: WorkloadStats }
  | {
      kind: 'error';
      code: 'not_a_service' | 'node_unknown' | 'not_running' | 'start_failed';
      detail: string;
    };

export const FRAME = { stdin: 0, stdout: 1, stderr: 2, exit: 3, stdinEnd: 4 } as const;
const HEAD = 5;

/** Writes one frame; false when the other side is slow and the source should wait for `drain`. */
export function writeFrame(to: Duplex, kind: number, bytes: Uint8Array): boolean {
  const head = Buffer.alloc(HEAD);
  head.writeUInt8(kind, 0);
  head.writeUInt32BE(bytes.length, 1);
  to.write(head);
  return to.write(bytes);
}

/** Takes chunks as they come and gives whole frames. */
export function frameReader(
  onFrame: (kind: number, bytes: Buffer) => void
): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return chunk => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= HEAD) {
      const length = rest.readUInt32BE(1);
      if (rest.length < HEAD + length) {
        return;
      }
      onFrame(rest.readUInt8(0), rest.subarray(HEAD, HEAD + length));
      rest = rest.subarray(HEAD + length);
    }
  };
}

/** Takes chunks as they come and gives whole lines; `rest` is what came after the last one. */
export function lineReader(onLine: (line: string) => void): {
  push(chunk: Buffer): void;
  rest(): Buffer;
} {
  let buffer: Buffer = Buffer.alloc(0);
  return {
    push(chunk) {
      buffer = Buffer.concat([buffer, chunk]);
      for (let end = buffer.indexOf(10); end >= 0; end = buffer.indexOf(10)) {
        const line = buffer.toString('utf8', 0, end);
        buffer = buffer.subarray(end + 1);
        onLine(line);
      }
    },
    rest() {
      const taken = buffer;
      buffer = Buffer.alloc(0);
      return taken;
    }
  };
}
