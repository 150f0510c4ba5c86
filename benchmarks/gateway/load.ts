import { connect } from 'node:net';

/** What is sent again and again. */
export interface Load {
  readonly socketPath: string;
  /** A whole request. */
  readonly request: Buffer;
  readonly requests: number;
  /** Keep-alive connections, one request at a time on each. */
  readonly connections: number;
}

export interface LoadResult {
  readonly seconds: number;
  /** Milliseconds, ascending. */
  readonly latencies: Float64Array;
  readonly failed: number;
}

/** Where a response ends, or 0 if not all of it is here; -1 when it is none. Reads Content-Length and chunked. */
function responseEnd(text: string): number {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) {
    return 0;
  }
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, head + 2));
  if (length) {
    const end = head + 4 + Number(length[1]);
    return text.length >= end ? end : 0;
  }
  const last = text.indexOf('0\r\n\r\n', head);
  return last < 0 ? 0 : last + 5;
}

/** Sends `requests` requests over keep-alive connections as fast as the answers come. */
export async function run(load: Load): Promise<LoadResult> {
  const latencies = new Float64Array(load.requests);
  let sent = 0;
  let done = 0;
  let failed = 0;
  const started = performance.now();
  const worker = (): Promise<void> =>
    new Promise(resolve => {
      const socket = connect(load.socketPath);
      let text = '';
      let at = 0;
      const send = (): void => {
        if (sent >= load.requests) {
          socket.end();
          resolve();
          return;
        }
        sent++;
        at = performance.now();
        socket.write(load.request);
      };
      socket.on('connect', send);
      socket.on('data', chunk => {
        text += chunk.toString('latin1');
        const end = responseEnd(text);
        if (end > 0) {
          latencies[done++] = performance.now() - at;
          failed += text.startsWith('HTTP/1.1 200') ? 0 : 1;
          text = '';
          send();
        }
      });
      socket.on('error', () => {
        failed++;
        resolve();
      });
    });
  await Promise.all(Array.from({ length: load.connections }, worker));
  return {
    seconds: (performance.now() - started) / 1000,
    latencies: latencies.subarray(0, done).sort(),
    failed
  };
}
