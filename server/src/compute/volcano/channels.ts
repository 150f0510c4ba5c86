import { Duplex, PassThrough, Writable, type Readable } from 'node:stream';
import type { RawData, WebSocket } from 'ws';

/** Version 5 of the protocol can say that a channel ends: this channel's number, and then the one that does. */
const CLOSE = 255;
const CAN_CLOSE = 'v5.channel.k8s.io';
/** A connection that does not answer for two of these is dead. */
const PING_MS = 30_000;
/** How long the answer may take to somebody who has said all, where the other side cannot be told of it. */
const LAST_ANSWER_MS = 30_000;

/**
 * Numbered streams over one WebSocket, as `exec` and `portforward` of the API server have them: each message is a byte with the channel's
 * number and then its bytes. Source: `v4.channel.k8s.io` and `v5.channel.k8s.io` of Kubernetes' remote command protocol.
 */
export class Channels {
  readonly #socket: WebSocket;
  readonly #readers = new Map<number, PassThrough>();
  readonly #closers = new Set<(error?: Error) => void>();
  #ended = false;
  #heart: NodeJS.Timeout | undefined;

  /** @param socket about to be opened */
  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('open', () => this.#beat());
    socket.on('message', (data: RawData) => this.#receive(data));
    socket.on('error', error => this.#end(error));
    socket.on('close', () => this.#end());
  }

  /** What comes over a channel, from the first byte on. */
  readable(channel: number): Readable {
    return this.#reader(channel);
  }

  /** What goes into a channel. Its end is told where the protocol has a way to; otherwise the other side never sees one. */
  writable(channel: number): Writable {
    return new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.#send(Buffer.concat([Buffer.of(channel), chunk]), done);
      },
      final: done => {
        if (this.#socket.protocol === CAN_CLOSE) {
          this.#send(Buffer.of(CLOSE, channel), done);
        } else {
          done();
        }
      }
    });
  }

  /** Both directions of a port that was forwarded. */
  port(): Duplex {
    const data = withoutHead(this.#reader(0));
    const problems = withoutHead(this.#reader(1));
    const port = Duplex.from({ readable: data, writable: this.writable(0) }) as Duplex;
    problems.on('data', (words: Buffer) => port.destroy(new Error(words.toString('utf8'))));
    this.onClose(error => {
      if (error !== undefined) {
        port.destroy(error);
      }
    });
    port.once('finish', () => {
      const timer = setTimeout(() => this.close(), LAST_ANSWER_MS);
      timer.unref();
      data.on('data', () => timer.refresh());
      port.once('close', () => clearTimeout(timer));
    });
    port.once('end', () => this.close());
    port.once('close', () => this.close());
    return port;
  }

  onClose(listener: (error?: Error) => void): void {
    if (this.#ended) {
      listener();
    } else {
      this.#closers.add(listener);
    }
  }

  close(): void {
    this.#socket.close();
  }

  #reader(channel: number): PassThrough {
    let reader = this.#readers.get(channel);
    if (reader === undefined) {
      reader = new PassThrough();
      this.#readers.set(channel, reader);
      if (this.#ended) {
        reader.end();
      }
    }
    return reader;
  }

  #receive(data: RawData): void {
    const bytes = Buffer.isBuffer(data)
      ? data
      : Array.isArray(data)
        ? Buffer.concat(data)
        : Buffer.from(data);
    const channel = bytes[0];
    if (channel === CLOSE) {
      this.#reader(bytes[1] ?? CLOSE).end();
    } else if (channel !== undefined && bytes.length > 1) {
      const reader = this.#reader(channel);
      if (!reader.write(bytes.subarray(1))) {
        this.#socket.pause();
        reader.once('drain', () => this.#socket.resume());
      }
    }
  }

  #beat(): void {
    let answered = true;
    this.#socket.on('pong', () => {
      answered = true;
    });
    this.#heart = setInterval(() => {
      if (!answered) {
        this.#socket.terminate();
        return;
      }
      answered = false;
      this.#socket.ping();
    }, PING_MS);
    this.#heart.unref();
  }

  #send(bytes: Buffer, done: (error?: Error | null) => void): void {
    if (this.#ended) {
      done(new Error('The connection to the pod has ended.'));
      return;
    }
    this.#socket.send(bytes, done);
  }

  #end(error?: Error): void {
    if (this.#ended) {
      return;
    }
    this.#ended = true;
    clearInterval(this.#heart);
    for (const reader of this.#readers.values()) {
      reader.end();
    }
    for (const closer of this.#closers) {
      closer(error);
    }
  }
}

/** The first two bytes of a forwarded port's channels are its number. */
function withoutHead(source: Readable): Readable {
  let head = 2;
  const rest = new PassThrough();
  source.on('data', (chunk: Buffer) => {
    const bytes = chunk.subarray(Math.min(head, chunk.length));
    head -= chunk.length - bytes.length;
    if (bytes.length > 0 && !rest.write(bytes)) {
      source.pause();
      rest.once('drain', () => source.resume());
    }
  });
  source.on('end', () => rest.end());
  return rest;
}
