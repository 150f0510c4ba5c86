import type { Socket } from 'node:net';
import type { GatewayCore } from './core.ts';
import type { Timed } from './deadlines.ts';
import { Exchange, type Sink } from './exchange.ts';
import { LastHop } from './forwarded.ts';
import { latin1 } from './head.ts';
import { forcedRole, SHORT_BODY } from './incoming.ts';
import { responseLines } from './outgoing.ts';
import { refusalMessage, type Refusal } from './refusal.ts';
import { BODY, type ResponseHead } from './response.ts';
import { ShortRequest, type Admission, type Credentials } from './short.ts';

/** Bodies of responses up to this travel in one piece with the head. */
const SHORT_ANSWER = 4 * 1024;
/** The request that was read last; it is used up before another can be read. */
const request = new ShortRequest();

/**
 * The short way for requests to services. It reads a connection before node:http does: a request that
 * is plainly written, plainly allowed and short enough to be held is forwarded from here, at a
 * fraction of the price. At anything else the connection, with what was read of it, is handed to
 * node:http for good, which knows what to do with it.
 */
export class FrontConnection implements Sink, Timed {
  deadline: number;
  readonly #socket: Socket;
  readonly #hop: LastHop;
  readonly #core: GatewayCore;
  readonly #admits: Admission;
  readonly #handOver: (socket: Socket) => void;
  readonly #onClose: (connection: FrontConnection) => void;
  #exchange: Exchange | null = null;
  /** Of the request that was taken up last. */
  #credentials: Credentials | null = null;
  /** Bytes that came while a request was under way, or the beginning of one whose body is short. */
  #pending: Buffer | null = null;
  /** Bytes that the request in `#pending` has in all; 0 when that is not known. */
  #wanted = 0;
  #closeAfter = false;
  #chunked = false;
  #language: string | undefined;

  constructor(
    socket: Socket,
    core: GatewayCore,
    admits: Admission,
    handOver: (socket: Socket) => void,
    onClose: (connection: FrontConnection) => void
  ) {
    this.#socket = socket;
    this.#hop = new LastHop(socket);
    this.#core = core;
    this.#admits = admits;
    this.#handOver = handOver;
    this.#onClose = onClose;
    this.deadline = performance.now() + core.deadlines.timeouts.keepAliveMs;
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.on('drain', this.#onDrain);
    socket.on('error', this.#onError);
    socket.on('close', this.#onGone);
    core.deadlines.add(this);
  }

  expire(): void {
    if (this.#exchange === null) {
      this.#socket.destroy();
    }
  }

  /** Closes the connection now, or after the response that is under way. */
  close(): void {
    if (this.#exchange === null) {
      this.#socket.destroy();
    } else {
      this.#closeAfter = true;
    }
  }

  /** Ends the request that is under way if it would not be admitted any more. */
  recheck(): void {
    if (this.#exchange !== null && !this.#admits(this.#credentials!)) {
      this.#socket.destroy();
    }
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#pending) {
      this.#pending = Buffer.concat([this.#pending, chunk]);
    } else {
      this.#pending = chunk;
    }
    if (this.#exchange === null && !this.#socket.writableNeedDrain) {
      if (this.#pending.length >= this.#wanted) {
        this.#next();
      }
    } else if (this.#pending.length > SHORT_BODY) {
      this.#socket.pause();
    }
  };

  // A client that says it will send no more has gone, as node:http takes it too: on a Unix socket the
  // two look the same, and a model need not work for nobody.
  readonly #onEnd = (): void => {
    if (this.#exchange === null) {
      this.#socket.end();
    } else {
      this.#socket.destroy();
    }
  };

  readonly #onDrain = (): void => {
    if (this.#exchange) {
      this.#exchange.resume();
      return;
    }
    this.#socket.resume();
    if (this.#pending && this.#pending.length >= this.#wanted) {
      this.#next();
    }
  };

  readonly #onError = (): void => {
    // `close` follows and does what there is to do.
  };

  readonly #onGone = (): void => {
    this.#detach();
    this.#exchange?.cancel();
    this.#exchange = null;
  };

  #detach(): void {
    const socket = this.#socket;
    socket.off('data', this.#onData);
    socket.off('end', this.#onEnd);
    socket.off('drain', this.#onDrain);
    socket.off('error', this.#onError);
    socket.off('close', this.#onGone);
    this.#core.deadlines.remove(this);
    this.#onClose(this);
  }

  /** Leaves the connection, with the bytes read of it, to node:http. */
  #leave(bytes: Buffer): void {
    const socket = this.#socket;
    this.#pending = null;
    this.#detach();
    socket.pause();
    socket.unshift(bytes);
    this.#handOver(socket);
    socket.resume();
  }

  /** Takes up the request that begins in `#pending`. */
  #next(): void {
    const bytes = this.#pending!;
    if (!request.read(bytes) || !this.#core.services.has(request.serviceId)) {
      this.#leave(bytes);
      return;
    }
    this.#credentials = request.credentials(this.#hop.trusted);
    if (!this.#admits(this.#credentials)) {
      this.#leave(bytes);
    } else if (request.length > bytes.length) {
      this.#wanted = request.length;
      this.deadline = performance.now() + this.#core.deadlines.timeouts.stallMs;
    } else {
      this.#wanted = 0;
      this.#pending = request.length < bytes.length ? bytes.subarray(request.length) : null;
      this.#forward();
    }
  }

  /** Sends on the request that was just read. */
  #forward(): void {
    const startedAt = performance.now();
    this.#closeAfter = request.close;
    this.#language = request.language;
    const forced = forcedRole(request.version);
    if (forced === undefined) {
      this.refuse({ code: 'invalid', field: 'header.X-TopsDL-Version' });
      this.done(startedAt);
      return;
    }
    const service = this.#core.services.get(request.serviceId)!;
    const route = service.choose(forced);
    if (route === null) {
      service.refused(startedAt);
      this.refuse({ code: 'service-unavailable' });
      this.done(startedAt);
      return;
    }
    const fallback = forced === null ? service : null;
    const outgoing = request.outgoing(this.#hop);
    this.#exchange = new Exchange(this, route, fallback, outgoing, startedAt);
    this.deadline = Infinity;
    this.#exchange.start();
  }

  begin(
    buffer: Buffer,
    head: ResponseHead,
    start: number,
    end: number,
    complete: boolean
  ): boolean {
    this.#chunked = head.body === BODY.chunked || head.body === BODY.close;
    const told = !this.#chunked && head.status !== 204;
    // A short body is copied into the text and leaves with it in one write.
    const short = end - start <= SHORT_ANSWER;
    const text = latin1(buffer, head.statusStart, short ? end : start);
    let lines = responseLines(text, head, this.#exchange!.route, told);
    if (this.#chunked) {
      lines += 'transfer-encoding: chunked\r\n';
    }
    if (this.#closeAfter) {
      lines += 'connection: close\r\n';
    }
    // The empty line, and behind it the body.
    lines += text.slice(start - head.statusStart - 2);
    const socket = this.#socket;
    if (short) {
      return socket.write(lines, 'latin1');
    }
    socket.cork();
    socket.write(lines, 'latin1');
    const more = socket.write(Buffer.from(buffer.subarray(start, end)));
    socket.uncork();
    return more || complete;
  }

  data(buffer: Buffer, start: number, end: number): boolean {
    const socket = this.#socket;
    const body = Buffer.from(buffer.subarray(start, end));
    if (!this.#chunked) {
      return socket.write(body);
    }
    socket.cork();
    socket.write(`${body.length.toString(16)}\r\n`, 'latin1');
    socket.write(body);
    const more = socket.write('\r\n', 'latin1');
    socket.uncork();
    return more;
  }

  end(): void {
    if (this.#chunked) {
      this.#socket.write('0\r\n\r\n', 'latin1');
    }
  }

  proceed(): void {
    // A request that waits for this is not for the short way.
  }

  refuse(refusal: Refusal): void {
    const { status, contentType, body } = refusalMessage(refusal, this.#language);
    this.#socket.write(
      `HTTP/1.1 ${status} ${refusal.code}\r\ncontent-type: ${contentType}\r\n` +
        `content-length: ${Buffer.byteLength(body)}\r\n` +
        `${this.#closeAfter ? 'connection: close\r\n' : ''}\r\n${body}`
    );
  }

  cut(): void {
    this.#socket.destroy();
  }

  /** The exchange is over: takes up the next request, if it has come already. */
  done(now: number): void {
    this.#exchange = null;
    this.deadline = now + this.#core.deadlines.timeouts.keepAliveMs;
    const socket = this.#socket;
    if (socket.destroyed) {
      return;
    }
    if (this.#closeAfter) {
      socket.end();
      return;
    }
    if (socket.isPaused()) {
      socket.resume();
    }
    // A client that does not read its answers gets no further ones.
    if (this.#pending && !socket.writableNeedDrain) {
      queueMicrotask(() => {
        if (this.#exchange === null && this.#pending) {
          this.#next();
        }
      });
    }
  }

  cork(): void {
    this.#socket.cork();
  }

  uncork(): void {
    this.#socket.uncork();
  }
}
