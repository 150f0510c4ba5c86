import type { Backend, RoleRoute, Underway } from './backend.ts';
import type { Connection } from './connection.ts';
import type { Failure } from './failure.ts';
import type { Refusal } from './refusal.ts';
import type { ResponseHead } from './response.ts';

/** Where a response goes. All positions are good only during the call. */
export interface Sink {
  /**
   * The head, with what has come of the body at `start … end`.
   *
   * @param complete this is all: neither `data` nor `end` follows
   * @returns false when the client has enough for now; it calls `Exchange.resume` later
   */
  begin(buffer: Buffer, head: ResponseHead, start: number, end: number, complete: boolean): boolean;
  /** More of the body. @returns false when the client has enough for now */
  data(buffer: Buffer, start: number, end: number): boolean;
  /** The body is complete. */
  end(): void;
  /** The replica wants the body that the client holds back (100 Continue). */
  proceed(): void;
  /** Nothing of a response was sent: answer with a problem. */
  refuse(refusal: Refusal): void;
  /** A part of a response was sent and the rest will not come: the client must see that it is cut. */
  cut(): void;
  /** The exchange is over, counted and forgotten. @param now the time of the monotonic clock */
  done(now: number): void;
  cork(): void;
  uncork(): void;
}

/** The body of a request that is too long, or of unknown length, to be kept for a second try. */
export interface BodySource {
  /**
   * Writes the body to the connection as it comes, minding back-pressure.
   *
   * @param onChunk called for each piece
   * @param onEnd called when all of it was written
   * @returns stops it
   */
  pump(connection: Connection, onChunk: () => void, onEnd: () => void): () => void;
}

/** What is asked of a replica. */
export interface Outgoing {
  /** The head, ready to be sent, and a short body behind it. */
  readonly head: string;
  /** A body of middling length; null when there is none or it is part of `head`. */
  readonly body: Buffer | null;
  /** A long body; never together with `body`. */
  readonly source: BodySource | null;
  /** Sending it twice does no more than sending it once (RFC 9110 9.2.2). */
  readonly idempotent: boolean;
  /** The method is HEAD. */
  readonly toHead: boolean;
}

/** Where a request goes for which no replica of its version can be reached. */
export interface Fallback {
  production(): RoleRoute | null;
}

/** How a client's going away ends an exchange: it is no fault of the service and is not counted. */
const GONE = -1;

/** One request on its way to a replica and its response on the way back. */
export class Exchange implements Underway {
  place = -1;
  readonly sink: Sink;
  readonly toHead: boolean;
  /** The response's status; 0 before its head was passed on. */
  status = 0;
  /** Who answers. */
  route: RoleRoute;
  readonly #fallback: Fallback | null;
  readonly #outgoing: Outgoing;
  readonly #startedAt: number;
  #backend: Backend | null = null;
  #connection: Connection | null = null;
  #attempts = 0;
  #bodyBegun = false;
  #bodyEnded: boolean;
  #stopPump: (() => void) | null = null;
  #over = false;

  /** @param fallback null when the client asked for this very version */
  constructor(
    sink: Sink,
    route: RoleRoute,
    fallback: Fallback | null,
    outgoing: Outgoing,
    startedAt: number
  ) {
    this.sink = sink;
    this.route = route;
    this.#fallback = fallback;
    this.#outgoing = outgoing;
    this.#startedAt = startedAt;
    this.toHead = outgoing.toHead;
    this.#bodyEnded = outgoing.source === null;
  }

  /** True when all of the request was written. */
  get requestSent(): boolean {
    return this.#bodyEnded;
  }

  /** Sends it to the replica that has the least to do. */
  start(): void {
    this.#try(this.#startedAt, null);
  }

  /** The client can take more. */
  resume(): void {
    this.#connection?.resume();
  }

  /** The client went away: the replica need not go on. */
  cancel(): void {
    if (!this.#over) {
      const connection = this.#connection;
      this.#finish(GONE, 0);
      connection?.destroy();
    }
  }

  /** The response was passed on to its end. @param now the time of the monotonic clock */
  completed(now: number): void {
    this.#finish(this.status, now);
    this.sink.done(now);
  }

  /** The connection failed before the response was complete. */
  failed(failure: Failure): void {
    const now = performance.now();
    const backend = this.#backend!;
    if (failure.unreachable) {
      backend.avoid(now);
    }
    this.#leave();
    if (this.status === 0 && this.#mayRetry(failure)) {
      this.#try(now, backend);
      return;
    }
    const begun = this.status !== 0;
    this.#finish(502, now);
    if (begun) {
      this.sink.cut();
    } else if (failure.timedOut) {
      this.sink.refuse({ code: 'backend-timeout' });
    } else {
      this.sink.refuse({ code: 'backend-failed', params: { detail: failure.reason } });
    }
    this.sink.done(now);
  }

  /**
   * A request is sent again only when no program can have acted on it, or when it changes nothing to
   * do it twice and it met a connection that the replica may just have closed as idle. Never after a
   * replica took it and died: a request that kills its replica must not go round all of them.
   */
  #mayRetry(failure: Failure): boolean {
    if (this.#bodyBegun) {
      return false;
    }
    return failure.unreachable
      ? this.#attempts <= this.route.backends.length + 2
      : this.#attempts <= 3 && (failure.unseen || (failure.stale && this.#outgoing.idempotent));
  }

  #try(now: number, except: Backend | null): void {
    this.#attempts++;
    let backend = this.route.pick(now, except);
    if (backend === null || backend.avoidUntil > now) {
      // No replica of the version can be reached, though the table does not say so yet.
      const other = this.#fallback?.production();
      if (other && other !== this.route) {
        this.route = other;
        backend = other.pick(now, except);
      }
    }
    if (backend === null) {
      this.#finish(503, now);
      this.sink.refuse({ code: 'service-unavailable' });
      this.sink.done(now);
      return;
    }
    const { head, body, source } = this.#outgoing;
    backend.begin(this);
    this.#backend = backend;
    // A body that cannot be sent twice goes on a connection that cannot be stale.
    const connection = backend.acquire(this.#attempts > 1 || source !== null);
    this.#connection = connection;
    connection.send(this, head, body, now);
    if (source) {
      connection.socket.once('connect', () => this.#pump(connection, source));
    }
  }

  #pump(connection: Connection, source: BodySource): void {
    if (this.#over) {
      return;
    }
    this.#stopPump = source.pump(
      connection,
      () => {
        this.#bodyBegun = true;
        connection.touch();
      },
      () => {
        this.#bodyEnded = true;
        connection.touch();
      }
    );
  }

  /** Ends it now, for a drain that waits no longer. */
  abort(): void {
    const connection = this.#connection;
    const begun = this.status !== 0;
    const now = performance.now();
    this.#finish(503, now);
    connection?.destroy();
    if (begun) {
      this.sink.cut();
    } else {
      this.sink.refuse({ code: 'service-unavailable' });
    }
    this.sink.done(now);
  }

  /** Lets go of the replica. */
  #leave(): void {
    this.#stopPump?.();
    this.#stopPump = null;
    this.#connection = null;
    const backend = this.#backend;
    if (backend) {
      this.#backend = null;
      backend.end(this);
    }
  }

  #finish(status: number, now: number): void {
    if (this.#over) {
      return;
    }
    this.#over = true;
    if (status !== GONE) {
      this.route.version.series.record(now, now - this.#startedAt, status >= 500);
    }
    this.#leave();
  }
}
