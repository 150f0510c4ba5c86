import { connect, type Socket } from 'node:net';
import type { Backend } from './backend.ts';
import { ChunkedDecoder } from './chunked.ts';
import type { Deadlines, Timed } from './deadlines.ts';
import type { Exchange, Sink } from './exchange.ts';
import type { Failure } from './failure.ts';
import { BadHead } from './head.ts';
import { BODY, ResponseHead } from './response.ts';

/**
 * All connections read into this one buffer: a read is handed out and used up before the next can
 * begin, so nothing is allocated for it, and what has to stay is copied.
 */
const slab = Buffer.allocUnsafeSlow(64 * 1024);
/** The head that was read last. Whoever gets it uses it up before returning. */
const head = new ResponseHead();

const IDLE = 0;
const HEAD = 1;
const LENGTH = 2;
const CHUNKED = 3;
const UNTIL_CLOSE = 4;
const CLOSED = 5;

/**
 * One HTTP/1.1 connection to a replica, carrying a request at a time. Only the head of a response is
 * looked into; the body goes on as it comes.
 */
export class Connection implements Timed {
  readonly socket: Socket;
  deadline: number;
  readonly #backend: Backend;
  readonly #deadlines: Deadlines;
  readonly #unix: boolean;
  #exchange: Exchange | null = null;
  #state = IDLE;
  #connected = false;
  #served = 0;
  #left = 0;
  #decoder: ChunkedDecoder | null = null;
  #reusable = false;
  #answered = false;
  #paused = false;
  /** The beginning of a head whose end has not come yet. */
  #stash: Buffer | null = null;
  #error: NodeJS.ErrnoException | null = null;
  #timedOut = false;
  #idleMs = 0;
  #corked: Sink | null = null;

  constructor(backend: Backend, deadlines: Deadlines) {
    this.#backend = backend;
    this.#deadlines = deadlines;
    this.deadline = performance.now() + deadlines.timeouts.connectMs;
    const { endpoint } = backend;
    this.#unix = 'socketPath' in endpoint;
    this.socket = connect({
      ...('socketPath' in endpoint
        ? { path: endpoint.socketPath }
        : { host: endpoint.host, port: endpoint.port }),
      noDelay: true,
      onread: { buffer: slab, callback: count => this.#read(count) }
    });
    this.socket.on('connect', () => {
      this.#connected = true;
      this.touch();
    });
    this.socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#error = error;
    });
    // The end of the stream arrives as `end`; without a reader of the stream, `close` follows it.
    this.socket.on('end', () => this.#ended());
    this.socket.on('close', () => this.#closed());
    deadlines.add(this);
  }

  /** True once the replica took the connection. */
  get connected(): boolean {
    return this.#connected;
  }

  /** Sends a request's head, with the body if it is short. @param now the time of the monotonic clock */
  send(exchange: Exchange, head: string, body: Buffer | null, now: number): void {
    this.#exchange = exchange;
    this.#state = HEAD;
    this.#answered = false;
    if (this.#connected) {
      this.deadline = now + this.#deadlines.timeouts.firstByteMs;
    }
    if (body) {
      this.socket.cork();
      this.socket.write(head, 'latin1');
      this.socket.write(body);
      this.socket.uncork();
    } else {
      this.socket.write(head, 'latin1');
    }
  }

  /** Time starts anew, because a byte moved. */
  touch(): void {
    const { firstByteMs, stallMs } = this.#deadlines.timeouts;
    this.deadline = performance.now() + (this.#answered ? stallMs : firstByteMs);
  }

  /** The client can take more. */
  resume(): void {
    if (this.#paused) {
      this.#paused = false;
      this.touch();
      this.socket.resume();
    }
  }

  /** False once it is closing: a socket says so only later, and until then it must not be taken. */
  get usable(): boolean {
    return this.#state === IDLE && !this.socket.destroyed;
  }

  expire(): void {
    this.#timedOut = this.#state !== IDLE;
    this.deadline = Infinity;
    this.socket.destroy();
  }

  /** Ends the connection; the exchange on it, if any, is not told. */
  destroy(): void {
    this.#exchange = null;
    this.#state = CLOSED;
    this.socket.destroy();
  }

  /** @returns false to stop reading until `resume` */
  #read(count: number): boolean {
    let buffer = slab;
    let end = count;
    if (this.#stash) {
      buffer = Buffer.concat([this.#stash, slab.subarray(0, count)]);
      end = buffer.length;
      this.#stash = null;
    }
    try {
      this.#consume(buffer, end);
    } catch (error) {
      if (!(error instanceof BadHead)) {
        throw error;
      }
      this.#error = error;
      this.socket.destroy();
    }
    if (this.#corked) {
      this.#corked.uncork();
      this.#corked = null;
    }
    return !this.#paused;
  }

  #consume(buffer: Buffer, end: number): void {
    let at = 0;
    while (at < end) {
      switch (this.#state) {
        case HEAD: {
          const next = this.#head(buffer, at, end);
          if (next === 0) {
            this.#stash = Buffer.from(buffer.subarray(at, end));
            return;
          }
          at = next;
          break;
        }
        case LENGTH: {
          const stop = Math.min(end, at + this.#left);
          this.#left -= stop - at;
          this.#forward(buffer, at, stop);
          at = stop;
          if (this.#left === 0) {
            this.#finish(at === end, false);
          }
          break;
        }
        case CHUNKED: {
          this.#cork();
          at = this.#decoder!.read(buffer, at, end, (from, to) => this.#forward(buffer, from, to));
          if (this.#decoder?.done) {
            this.#finish(at === end, false);
          }
          break;
        }
        case UNTIL_CLOSE:
          this.#forward(buffer, at, end);
          at = end;
          break;
        default:
          // Bytes that nobody asked for: whatever they answer, it is not the next request.
          this.destroy();
          return;
      }
    }
    if (this.#state === LENGTH || this.#state === UNTIL_CLOSE || this.#state === CHUNKED) {
      this.touch();
    }
  }

  /** Reads a head and passes it on with what there is of the body; 0 when it is not complete. */
  #head(buffer: Buffer, start: number, end: number): number {
    const exchange = this.#exchange!;
    const next = head.read(buffer, start, end, exchange.toHead);
    if (next === 0) {
      return 0;
    }
    this.#answered = true;
    if (head.status < 200) {
      if (head.status === 101) {
        throw new BadHead('an upgrade that nobody asked for');
      }
      if (head.status === 100) {
        exchange.sink.proceed();
      }
      this.#answered = false;
      return next;
    }
    this.#reusable = head.reusable;
    if (this.#reusable) {
      this.#keep(buffer);
    }
    exchange.status = head.status;
    if (head.body === BODY.none) {
      exchange.sink.begin(buffer, head, next, next, true);
      this.#finish(next === end, true);
      return next;
    }
    if (head.body === BODY.length) {
      const stop = Math.min(end, next + head.fields.contentLength);
      this.#left = head.fields.contentLength - (stop - next);
      this.#state = LENGTH;
      const complete = this.#left === 0;
      if (!exchange.sink.begin(buffer, head, next, stop, complete) && !complete) {
        this.#paused = true;
      }
      if (complete) {
        this.#finish(stop === end, true);
      }
      return stop;
    }
    if (head.body === BODY.chunked) {
      this.#decoder = new ChunkedDecoder();
      this.#state = CHUNKED;
    } else {
      this.#state = UNTIL_CLOSE;
    }
    this.#cork();
    if (!exchange.sink.begin(buffer, head, next, next, false)) {
      this.#paused = true;
    }
    return next;
  }

  /** Until this read is used up, so that a response that came in one piece also leaves in one. */
  #cork(): void {
    if (!this.#corked && this.#exchange) {
      this.#corked = this.#exchange.sink;
      this.#corked.cork();
    }
  }

  /** When an idle connection is closed: before the replica does, so that they seldom cross. */
  #keep(buffer: Buffer): void {
    const seconds = head.keepAliveSeconds(buffer);
    const { idleMs } = this.#deadlines.timeouts;
    this.#idleMs = seconds < 0 ? idleMs : Math.max(0, Math.min(idleMs, seconds * 1000 - 1000));
  }

  #forward(buffer: Buffer, start: number, end: number): void {
    // The exchange is gone when its client went away while this buffer was read.
    if (start < end && this.#exchange && !this.#exchange.sink.data(buffer, start, end)) {
      this.#paused = true;
    }
  }

  /**
   * The response is complete.
   *
   * @param clean nothing came behind it
   * @param told its end has been passed on with its last bytes
   */
  #finish(clean: boolean, told: boolean): void {
    const exchange = this.#exchange;
    if (!exchange) {
      return;
    }
    this.#exchange = null;
    this.#decoder = null;
    this.#paused = false;
    this.#served++;
    const now = performance.now();
    if (clean && this.#reusable && exchange.requestSent && this.#idleMs > 0) {
      this.#state = IDLE;
      this.deadline = now + this.#idleMs;
      this.#backend.release(this);
    } else {
      this.#state = CLOSED;
      this.socket.destroy();
    }
    if (!told) {
      exchange.sink.end();
    }
    exchange.completed(now);
  }

  /** The replica said that it will send no more. */
  #ended(): void {
    if (this.#state === UNTIL_CLOSE) {
      this.#reusable = false;
      this.#finish(true, false);
    } else {
      this.socket.destroy();
    }
  }

  #closed(): void {
    this.#deadlines.remove(this);
    this.#backend.forget(this);
    const exchange = this.#exchange;
    this.#exchange = null;
    this.#state = CLOSED;
    exchange?.failed(this.#failure());
  }

  #failure(): Failure {
    const code = this.#error?.code;
    const begun = this.#answered || this.#stash !== null;
    // A Unix socket whose other end closes with bytes unread reports a reset, and one whose other end
    // has closed refuses the write: in both cases the program did not take the request.
    const refused = code === 'EPIPE' || (code === 'ECONNRESET' && this.#unix);
    return {
      reason: this.#timedOut
        ? 'timeout'
        : this.#error instanceof BadHead
          ? `malformed response: ${this.#error.message}`
          : (code ?? 'it closed the connection'),
      unseen: !this.#connected || (!begun && refused),
      stale: this.#served > 0 && !begun && !this.#timedOut && !(this.#error instanceof BadHead),
      unreachable: !this.#connected,
      timedOut: this.#timedOut
    };
  }
}
