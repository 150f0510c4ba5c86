/** Something that may have to be given up at some time. */
export interface Timed {
  /** Milliseconds of the monotonic clock. */
  deadline: number;
  expire(): void;
}

/** How long the parts of a request may take, in milliseconds. */
export interface Timeouts {
  /** Until a replica took the connection. */
  readonly connectMs: number;
  /** Until the first byte of the response, counted from the last byte of the request. */
  readonly firstByteMs: number;
  /** Without a byte moving in either direction, once a body is under way. */
  readonly stallMs: number;
  /** An idle connection to a replica is closed after this. */
  readonly idleMs: number;
  /** A client's connection without a request is closed after this. */
  readonly keepAliveMs: number;
}

const RESOLUTION_MS = 500;

/**
 * One coarse timer for all connections. A timer of its own for each would be armed and disarmed twice
 * a request; here a request only writes a number.
 */
export class Deadlines {
  readonly timeouts: Timeouts;
  readonly #timed = new Set<Timed>();
  #timer: NodeJS.Timeout | undefined;

  constructor(timeouts: Timeouts) {
    this.timeouts = timeouts;
  }

  add(timed: Timed): void {
    this.#timed.add(timed);
    this.#timer ??= setInterval(() => this.#sweep(), RESOLUTION_MS).unref();
  }

  remove(timed: Timed): void {
    this.#timed.delete(timed);
    if (this.#timed.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }

  #sweep(): void {
    const now = performance.now();
    for (const timed of this.#timed) {
      if (timed.deadline <= now) {
        timed.expire();
      }
    }
  }
}
